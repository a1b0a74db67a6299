"""From the `--cfg` options to a cfg that has been read.

Tested in tests/cli/cfg/test_job.py.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.cfg.options import CfgOptions
from anchorkit.cli.options.output_paths import check_output
from anchorkit.darknet.cfg_file import CfgFile, input_of, naming, read_cfg_file
from anchorkit.darknet.heads import Head, Pair
from anchorkit.darknet.listed import listed_anchors
from anchorkit.darknet.replacing import editable_heads
from anchorkit.darknet.sections import Cfg
from anchorkit.errors import AnchorkitError, CfgError, UsageError
from anchorkit.network_input import UNSAID, NetworkInput, PartialInput

__all__ = ["Target", "network_of", "open_cfg"]


@dataclass(frozen=True)
class Target:
    """A cfg that has been read.

    `file` holds it with its name, `anchors` are what its heads list, in pixels.
    """

    file: CfgFile
    heads: tuple[Head, ...]
    anchors: tuple[Pair, ...]

    @property
    def name(self) -> str:
        """The file as the user typed it."""
        return self.file.name

    @property
    def cfg(self) -> Cfg:
        """The cfg as it was read."""
        return self.file.cfg

    @property
    def known_input(self) -> PartialInput:
        """Its input, as far as it tells one."""
        return input_of(self.cfg)

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
        Where there is no such file, no folder for `--cfg-output`, or `--strides` are not those of
        its heads.
    CfgError
        Where it is no cfg, or one that cannot be edited.
    WriteError
        Where the file of `--cfg-output` holds something else than a cfg.
    """
    if options.file is None:
        raise UsageError("wanted a cfg: --cfg FILE")
    file = read_cfg_file(options.file, typed=options.typed)
    if options.output is not None and not options.to_stdout:
        typed = f"--cfg-output {options.output}"
        check_output(options.output, typed, ours=_is_cfg, what="a cfg")
    with naming(file.name):
        try:
            heads = editable_heads(file.cfg, force=options.force, strides=options.strides)
        except UsageError as error:
            raise UsageError(f"--strides: {error}") from None
        except CfgError as error:
            hint = " (--force)" if "force it" in str(error) else ""
            raise type(error)(f"{error}{hint}") from None
    return Target(file, heads, listed_anchors(heads))


def _is_cfg(path: Path) -> bool:
    try:
        read_cfg_file(path)
    except AnchorkitError:
        return False
    return True


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
            f"--input {network}: wanted {own}, which {target.name} has: "
            f"apply {target.name} --rescale {network} changes it"
        )
    if network.resize != own.resize:
        has = "has letter_box=1" if own.resize == "letterbox" else "has no letter_box=1"
        raise UsageError(f"--resize {network.resize}: wanted {own.resize}: {target.name} {has}")
    return own
