"""Cfgs named as arguments: which arguments are cfgs, and results of several as one."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from anchorkit.cli.options.types import SomePath

__all__ = ["cfg_files_argument", "cfgs_among_data", "chosen_cfgs", "results_of_files"]

Command = TypeVar("Command", bound=Callable[..., Any])


def cfg_files_argument(command: Command) -> Command:
    """`[FILE]...` as `files`."""
    return click.argument("files", metavar="[FILE]...", nargs=-1, type=SomePath())(command)


def cfgs_among_data(command: Command) -> Command:
    """Take the cfgs out of the argument `[DATA]...`, as `files`; wanted above `data_options`."""

    @wraps(command)
    def parted(**given: Any) -> Any:
        from anchorkit.darknet.cfg_file import looks_like_cfg

        named = given.pop("source_any")
        files = tuple(path for path in named if looks_like_cfg(path))
        data = tuple(path for path in named if path not in files)
        return command(source_any=data, files=files, **given)

    return parted  # type: ignore[return-value]  # the same command with other arguments


def chosen_cfgs(cfg: Path | None, files: Sequence[Path]) -> list[Path]:
    """The cfgs of `--cfg` and of the arguments, each once.

    Raises
    ------
    UsageError
        Where there is none.
    """
    from anchorkit.errors import UsageError

    paths = list(dict.fromkeys([*([] if cfg is None else [cfg]), *files]))
    if not paths:
        raise UsageError("wanted a cfg: FILE, or --cfg FILE")
    return paths


def results_of_files(
    paths: Sequence[Path], results: Sequence[Mapping[str, Any]], ok: Sequence[bool]
) -> dict[str, Any]:
    """The JSON object of one file as it is; of several, one that holds them all."""
    if len(paths) == 1:
        return dict(results[0])
    files = [{"file": str(path), **result} for path, result in zip(paths, results, strict=True)]
    return {"ok": all(ok), "files": files}
