"""From the `--cfg` options to a cfg that has been read."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.options.output_paths import check_output
from anchorkit.darknet.cfg_file import cfg_content
from anchorkit.darknet.faults import agree
from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.replacing import anchors_of, editable_heads
from anchorkit.darknet.sections import Cfg, read_cfg
from anchorkit.errors import AnchorkitError, CfgError, UsageError

__all__ = ["Target", "input_of", "listed_anchors", "open_cfg"]


@dataclass(frozen=True)
class Target:
    """A cfg that has been read.

    `name` is the file as the user typed it, `content` its bytes, `anchors` what its heads list, in
    pixels.
    """

    name: str
    path: Path
    content: bytes
    cfg: Cfg
    heads: tuple[Head, ...]
    anchors: tuple[Pair, ...]


def open_cfg(options: CfgOptions) -> Target:
    """Read the cfg of `--cfg`, with its heads; the errors begin with the file.

    Raises
    ------
    UsageError
        Where there is no such file, or no folder for `--cfg-output`.
    CfgError
        Where it is no cfg, or one that cannot be edited.
    WriteError
        Where the file of `--cfg-output` holds something else than a cfg.
    """
    if options.file is None:
        raise UsageError("wanted a cfg: --cfg FILE")
    path, name = options.file, os.fspath(options.file)
    content = cfg_content(path)
    if options.output is not None:
        typed = f"--cfg-output {options.output}"
        check_output(options.output, typed, ours=_is_cfg, what="a cfg")
    try:
        # Bytes that are no UTF-8, in comments, come back as they were.
        cfg = read_cfg(content.decode("utf-8", "surrogateescape"))
        heads = editable_heads(cfg, force=options.force)
    except AnchorkitError as error:
        hint = " (--force)" if "force it" in str(error) else ""
        raise CfgError(f"{name}: {error}{hint}") from None
    return Target(name, path, content, cfg, heads, listed_anchors(heads))


def _is_cfg(path: Path) -> bool:
    try:
        read_cfg(cfg_content(path).decode("utf-8", "surrogateescape"))
    except AnchorkitError:
        return False
    return True


def listed_anchors(heads: Sequence[Head]) -> tuple[Pair, ...]:
    """What the heads list, in pixels; where they differ, what each of them uses."""
    if agree(heads):
        return anchors_of(heads)
    used = [
        head.anchors[index]
        for head in heads
        for index in (range(len(head.anchors)) if head.mask is None else head.mask)
        if 0 <= index < len(head.anchors)
    ]
    return tuple(dict.fromkeys(used))


def input_of(
    target: Target, size: tuple[int, int] | None, resize: str | None
) -> tuple[tuple[int, int], str]:
    """Input size and resizing as the cfg has them.

    Raises
    ------
    UsageError
        Where the options say something else.
    CfgError
        Where the cfg has no width and height.
    """
    own, how = target.cfg.size, target.cfg.resize
    if min(own) < 1:
        raise CfgError(f"{target.name}: line {target.cfg.net.line}: [net] has no width and height")
    if size is not None and size != own:
        raise UsageError(
            f"--input {size[0]}x{size[1]}, but {target.name} has width={own[0]} height={own[1]}"
        )
    if resize is not None and resize != how:
        has = "has letter_box=1" if how == "letterbox" else "has no letter_box=1"
        raise UsageError(f"--resize {resize}, but {target.name} {has}, which means {how}")
    return own, how
