"""A data.yaml as it stands: keys, and the names of its classes. PyYAML reads it.

Tested in tests/loaders/test_data_yaml.py.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anchorkit.errors import DataError, UsageError
from anchorkit.files import check_file, read_file
from anchorkit.loaders.plain_text import decoded

__all__ = ["doubts_of_names", "names_of", "read_data_yaml"]

LARGEST = 4 << 20
"""Bytes above which a file is no data.yaml."""


def read_data_yaml(path: Path) -> dict[str, Any]:
    """Keys and values of a YAML file.

    Raises
    ------
    UsageError
        Where it is missing, or PyYAML, which reads it.
    DataError
        Where it is no YAML, or no mapping.
    """
    check_file(path, "a data.yaml")
    try:
        import yaml
    except ImportError:
        raise UsageError(
            f"{path.as_posix()}: PyYAML reads it: pip install 'anchorkit[yaml]'"
        ) from None
    text = decoded(read_file(path, "a data.yaml", most=LARGEST)).encode("utf-8", "replace")
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = " ".join(str(getattr(error, "problem", None) or error).split())[:100]
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise DataError(f"{path.as_posix()}: {where}no YAML: {said}") from None
    if not isinstance(content, dict):
        raise DataError(
            f"{path.as_posix()}: wanted the keys of a data set (train, val, names), found "
            f"{'nothing' if content is None else 'a list' if isinstance(content, list) else 'text'}"
        )
    return {str(key): value for key, value in content.items()}


def names_of(content: Mapping[str, Any]) -> list[str]:
    """Names of the classes by their numbers, from a list or a mapping.

    Examples
    --------
    >>> names_of({"names": {0: "cat", 2: "dog"}}), names_of({"nc": 2, "names": ["a", "b"]})
    (['cat', '', 'dog'], ['a', 'b'])
    """
    names = content.get("names")
    if isinstance(names, Mapping):
        numbered = {int(key): name for key, name in names.items() if _is_number(key)}
        most = max(numbered, default=-1)
        return [_text(numbered.get(number, "")) for number in range(most + 1)]
    return [_text(name) for name in names] if isinstance(names, list) else []


def doubts_of_names(content: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What training would not take in the names of classes: a phrase, and what was found.

    Examples
    --------
    >>> doubts_of_names({"nc": 80, "names": ["a", "b"]})
    [('nc is not the number of names', '80, 2 names')]
    >>> doubts_of_names({"names": "a, b"})
    [('names is no list: classes are numbers', 'a, b')]
    """
    nc, names = content.get("nc"), content.get("names")
    if names is not None and not isinstance(names, (list, Mapping)):
        return [("names is no list: classes are numbers", str(names)[:60])]
    if nc is not None and names and str(nc) != str(len(names)):
        return [("nc is not the number of names", f"{str(nc)[:20]}, {len(names):,} names")]
    return []


def _is_number(key: Any) -> bool:
    text = str(key)
    return text.isascii() and text.isdigit() and len(text) < 6


def _text(name: Any) -> str:
    return str(name).strip().replace("\0", " ")
