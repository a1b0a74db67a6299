"""Anchors out of the files in which trainers keep them: every export of ours, and models' YAML."""

import ast
import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from anchorkit.anchors.templates import TAO_ROWS
from anchorkit.errors import AnchorError

__all__ = ["comment_of", "deployed_anchors", "numbers_of_file", "said_in_comment"]

_SAID = re.compile(
    r"^[#%] anchorkit \S+: \d+ anchors(?: for (?P<trainer>[a-z0-9]+))? in pixels of the input, "
    r"(?P<width>\d{1,5})x(?P<height>\d{1,5}), images (?P<images>letterboxed|stretched)\r?$",
    re.MULTILINE | re.ASCII,
)
_RESIZES = {"letterboxed": "letterbox", "stretched": "stretch"}

_NUMBER = re.compile(r"[^\s,;()\[\]{}]+")
_OWN = re.compile(r"# anchorkit \S+: \d+ anchors ")
_ROW = re.compile(r"^[ \t]*-[ \t]*\[([^\[\]]*)\][ \t]*$", re.MULTILINE)
_TABLE = re.compile(r"^[ \t]+anchors:[ \t]*(\[\[.*\]\])[ \t]*$", re.MULTILINE)
_BOXES = re.compile(r"^[ \t]*anchorBoxes[ \t]*=\s*(\{[^}]*\}|\[[^\]]*\])", re.MULTILINE)
_CELL = re.compile(r"\[([^\[\]]*)\]")

Levels = list[list[float]]
"""Widths and heights in turn, of each level."""


def comment_of(version: str, k: int, *, size: tuple[int, int], resize: str, trainer: str) -> str:
    """The line that says of an export what it is for, as `said_in_comment` reads it.

    Parameters
    ----------
    version
        Of anchorkit.
    k
        How many anchors there are.
    size, resize
        The input at which they are meant.
    trainer
        Whom they are for; empty where that is not known.

    Examples
    --------
    >>> line = comment_of("1.0", 9, size=(640, 640), resize="letterbox", trainer="yolov5")
    >>> line
    'anchorkit 1.0: 9 anchors for yolov5 in pixels of the input, 640x640, images letterboxed'
    >>> said_in_comment(f"# {line}")
    ((640, 640), 'letterbox', 'yolov5')
    """
    images = next(word for word, name in _RESIZES.items() if name == resize)
    for_whom = f" for {trainer}" if trainer else ""
    return (
        f"anchorkit {version}: {k} anchors{for_whom} in pixels of the input, "
        f"{size[0]}x{size[1]}, images {images}"
    )


def said_in_comment(text: str) -> tuple[tuple[int, int], str, str | None] | None:
    """Input, resizing and trainer as the comment of an export says them; None where there is none.

    Parameters
    ----------
    text
        Any text.
    """
    found = _SAID.search(text)
    if not found:
        return None
    size = int(found["width"]), int(found["height"])
    return (size, _RESIZES[found["images"]], found["trainer"]) if min(size) else None


def numbers_of_file(text: str) -> list[float] | None:
    r"""Widths and heights in turn, out of the file of a trainer.

    Parameters
    ----------
    text
        Of a file.

    Returns
    -------
    The anchors of the finest level first; None where it is the text of no such file.

    Raises
    ------
    AnchorError
        Where it is one, but holds no anchors that can be read, or it takes the package PyYAML,
        which is missing.

    Examples
    --------
    >>> numbers_of_file('big_anchor_shape: "[(40, 50)]"\nmid_anchor_shape: "[(10, 13)]"')
    [10.0, 13.0, 40.0, 50.0]
    """
    for sign, read in _READERS:
        if sign.search(text):
            levels = read(text)
            if not levels or not all(levels):
                raise AnchorError("wanted anchors of each level, found none")
            return [side for level in _finest_first(levels) for side in level]
    return None


def deployed_anchors(document: Any) -> Any:
    """Of the JSON for OpenVINO or Luxonis the list of anchors; any other JSON as it is.

    Parameters
    ----------
    document
        What `json.loads` made of it.
    """
    if isinstance(document, list) and document and isinstance(document[0], dict):
        document = document[0]
    for path in (("custom_attributes",), ("nn_config", "NN_specific_metadata")):
        inner = document
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, dict) and "anchors" in inner:
            return inner["anchors"]
    return document


def _finest_first(levels: Levels) -> Levels:
    """Levels by ascending size, whichever way round a file has them."""
    areas = [_area(level) for level in (levels[0], levels[-1])]
    return levels[::-1] if areas[0] > areas[1] else levels


def _area(level: Sequence[float]) -> float:
    return sum(width * height for width, height in zip(level[::2], level[1::2], strict=False)) / (
        len(level) or 1
    )


def _numbers(text: str) -> list[float]:
    """The numbers between commas, blanks and brackets."""
    try:
        return [float(word) for word in _NUMBER.findall(text)]
    except ValueError:
        wrong = next(word for word in _NUMBER.findall(text) if not _is_number(word))
        raise AnchorError(f"wanted a number, found {wrong[:60]!r}") from None


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _without_comments(text: str, sign: str) -> str:
    return "\n".join(line.split(sign)[0].rstrip() for line in text.splitlines())


def _csv(text: str) -> Levels:
    return [_numbers("\n".join(text.splitlines()[1:]))]


def _tao(text: str) -> Levels:
    known = dict(
        re.findall(
            r'^[ \t]*([a-z]+_anchor_shape)[ \t]*:[ \t]*["\']([^"\']*)["\']', text, re.MULTILINE
        )
    )
    return [_numbers(known[name]) for name in TAO_ROWS if name in known]


def _matlab(text: str) -> Levels:
    found = _BOXES.search(_without_comments(text, "%"))
    levels = [_numbers(cell) for cell in _CELL.findall(found[1] if found else "")]
    swapped = []
    for level in levels:
        if len(level) % 2:
            raise AnchorError("wanted rows [height width], found an odd count of numbers")
        pairs = zip(level[1::2], level[::2], strict=True)
        swapped.append([side for pair in pairs for side in pair])
    return swapped


def _python(text: str) -> Levels:
    """`base_sizes` of a config of MMDetection, or `anchors` of one of MMYOLO."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise AnchorError("wanted a config with lists of anchors, found no Python") from None
    found: dict[str, ast.expr] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "base_sizes":
            found.setdefault("base_sizes", node.value)
        elif isinstance(node, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "anchors" for target in node.targets
        ):
            found.setdefault("anchors", node.value)
    for name in ("base_sizes", "anchors"):
        if isinstance(found.get(name), ast.List):
            try:
                return _levels_of(ast.literal_eval(found[name]))
            except (ValueError, TypeError, RecursionError):
                break
    raise AnchorError("wanted base_sizes or anchors with lists of pairs, found none")


def _yaml(text: str) -> Levels:
    """`anchors` of a model, of a head of PaddleDetection or of a network of Hailo."""
    if _OWN.match(text):
        lines = _without_comments(text, "#")
        table = _TABLE.search(lines)
        if table:
            return [_numbers(table[1])]
        return [_numbers(row) for row in _ROW.findall(lines)]
    document = _loaded(text)
    for path in (("anchors",), ("YOLOv3Head", "anchors"), ("postprocessing", "anchors", "sizes")):
        inner = document
        for key in path:
            inner = inner.get(key) if isinstance(inner, dict) else None
        if isinstance(inner, list):
            return _levels_of(inner)
        if isinstance(inner, int):
            raise AnchorError(
                f"anchors: {inner}: wanted lists of widths and heights, found how many the "
                "training is to find itself"
            )
    raise AnchorError("wanted the key anchors with lists of widths and heights, found none")


def _loaded(text: str) -> Any:
    """What PyYAML makes of a text."""
    try:
        import yaml
    except ImportError:
        raise AnchorError(
            'a YAML file needs the package PyYAML: pip install "anchorkit[yaml]"'
        ) from None
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        what = getattr(error, "problem", None) or str(error).partition("\n")[0] or "nested too deep"
        raise AnchorError(f"{where}this is no YAML: {what}") from None


def _levels_of(items: list[Any]) -> Levels:
    """Levels out of lists: of levels, of pairs, or of numbers."""
    nested = [item for item in items if isinstance(item, (list, tuple))]
    deeper = any(isinstance(inner, (list, tuple)) for item in nested for inner in item)
    if nested and (deeper or any(len(item) != 2 for item in nested)):
        return [list(_flat(item)) for item in items]
    return [list(_flat(items))]


def _flat(item: Any) -> Iterator[float]:
    if isinstance(item, (list, tuple)):
        for inner in item:
            yield from _flat(inner)
    elif isinstance(item, bool) or not isinstance(item, (int, float)):
        raise AnchorError(f"wanted numbers, found {json.dumps(item, default=str)[:60]}")
    else:
        yield float(item)


_READERS: tuple[tuple[re.Pattern[str], Callable[[str], Levels]], ...] = (
    (re.compile(r"\Awidth,height[ \t]*\r?$", re.MULTILINE), _csv),
    (re.compile(r"^[ \t]*(?:small|mid|big)_anchor_shape[ \t]*:", re.MULTILINE), _tao),
    (re.compile(r"^[ \t]*anchorBoxes[ \t]*=", re.MULTILINE), _matlab),
    (re.compile(r"^anchors[ \t]*=[ \t]*\[|\bbase_sizes[ \t]*=", re.MULTILINE), _python),
    (re.compile(r"^[ \t]*anchors[ \t]*:", re.MULTILINE), _yaml),
)
"""The sign by which each kind of file is known, and what reads it."""
