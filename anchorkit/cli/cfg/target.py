"""From the `--cfg` options to a cfg that has been read.

Tested in tests/cli/cfg/test_job.py.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.options.output_paths import check_output
from anchorkit.darknet.cfg_file import cfg_content
from anchorkit.darknet.faults import agree
from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.replacing import anchors_of, editable_heads
from anchorkit.darknet.sections import Cfg, read_cfg
from anchorkit.errors import AnchorkitError, CfgError, UsageError
from anchorkit.network_input import UNSAID, NetworkInput, PartialInput

__all__ = ["Target", "listed_anchors", "network_of", "open_cfg"]


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

    @property
    def known_input(self) -> PartialInput:
        """Its input, as far as it tells one."""
        return PartialInput(self.cfg.size if min(self.cfg.size) > 0 else None, self.cfg.resize)

    @property
    def named(self) -> NamedAnchors:
        """Its anchors, with the file's name."""
        pairs = np.asarray(self.anchors, dtype=np.float64).reshape(-1, 2)
        return NamedAnchors(self.name, pairs, "cfg", self.known_input)


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


def network_of(target: Target, asked: PartialInput = UNSAID) -> NetworkInput:
    """The input as the cfg has it.

    Raises
    ------
    UsageError
        Where the options say something else.
    CfgError
        Where the cfg has no width and height.
    """
    if target.known_input.size is None:
        raise CfgError(f"{target.name}: line {target.cfg.net.line}: [net] has no width and height")
    own = target.known_input.filled()
    network = asked.filled(own)
    if network.size != own.size:
        raise UsageError(
            f"--input {network}, but {target.name} has width={own.width} height={own.height}"
        )
    if network.resize != own.resize:
        has = "has letter_box=1" if own.resize == "letterbox" else "has no letter_box=1"
        raise UsageError(
            f"--resize {network.resize}, but {target.name} {has}, which means {own.resize}"
        )
    return own
