"""Anchors that a command is given in one of three ways: as such, in a cfg, as a preset's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.types import SomePath
from anchorkit.network_input import DEFAULT_INPUT, NetworkInput, PartialInput

if TYPE_CHECKING:
    from anchorkit.darknet.sections import Cfg
    from anchorkit.training.trainers import Trainer

    AnchorsType = click.ParamType[NamedAnchors]
else:  # older clicks have no type argument
    AnchorsType = click.ParamType

__all__ = ["CfgAnchors", "anchors_option", "given_options", "network_for"]

Command = TypeVar("Command", bound=Callable[..., Any])


@dataclass(frozen=True, eq=False, kw_only=True)
class CfgAnchors(NamedAnchors):
    """The anchors of a cfg, and the cfg itself."""

    file: str
    """As the user typed it."""
    cfg: "Cfg"


class _Anchors(AnchorsType):
    """Anchors as text, as a file of them, or `-` for standard input."""

    name = "ANCHORS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> NamedAnchors:
        """The anchors; fails where the value is neither anchors nor a file."""
        from anchorkit.anchors.text import (
            LARGEST_FILE,
            is_anchor_text,
            meant_for,
            parse_anchors,
            read_anchors,
        )
        from anchorkit.errors import AnchorError, UsageError
        from anchorkit.files import read_file

        if isinstance(value, NamedAnchors):
            return value
        typed = is_anchor_text(value)
        try:
            if value == "-":
                content = read_file("-", "anchors", stdin=True, most=LARGEST_FILE)
                known = parse_anchors(content)
                return NamedAnchors("anchors", known, "anchors", meant_for(content))
            known = read_anchors(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        except AnchorError as error:
            what = "--anchors:" if typed else "--anchors -:" if value == "-" else "--anchors"
            raise AnchorError(f"{what} {error}") from None
        name = "anchors" if typed else Path(value).stem
        return NamedAnchors(name, known, "anchors", meant_for(value))


def anchors_option(
    *, required: bool = True, multiple: bool = False
) -> Callable[[Command], Command]:
    """`--anchors` as `anchors`: one `NamedAnchors` or None, or with `multiple` a tuple of them."""
    return click.option(
        "--anchors",
        type=_Anchors(),
        required=required,
        multiple=multiple,
        metavar="TEXT|FILE",
        help="Anchors in pixels at input: 10,13,16,30,... or a file of them, or what "
        "`cluster --format json` printed (- for stdin)"
        + ("; may be given several times." if multiple else "."),
    )


def given_options(command: Command) -> Command:
    """`--anchors`, `--cfg` and `--preset`, each several times, as `given`: presets come first."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        from anchorkit.anchors.presets import preset

        sets = [preset(name) for name in given.pop("preset")]
        sets += [_cfg(path) for path in given.pop("cfg")]
        sets += given.pop("anchors")
        return command(given=tuple(sets), **given)

    for option in (
        click.option(
            "--preset",
            multiple=True,
            metavar="NAME",
            help="Anchors that a network ships with: yolov2-voc, yolov2, yolov3, yolov3-tiny, "
            "yolov4, yolov4-tiny, yolov5, yolov7 and others; may be given several times.",
        ),
        click.option(
            "--cfg",
            multiple=True,
            type=SomePath(),
            metavar="FILE",
            help="Anchors of a darknet cfg, at its input size; may be given several times.",
        ),
        anchors_option(required=False, multiple=True),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


def network_for(
    given: Sequence[NamedAnchors], asked: PartialInput, trainer: "Trainer | None" = None
) -> tuple[NetworkInput, list[str]]:
    """The input at which anchors are looked at, and what to warn of.

    What the user asked for counts; else what the cfgs say, where they agree, or without cfgs
    what `cluster`'s JSON says; else what the trainer usually has, or the default.
    """
    telling = [one.network for one in given if one.source == "cfg"]
    telling = telling or [
        one.network for one in given if one.source == "anchors" and one.network.size
    ]
    sizes, resizes = {one.size for one in telling}, {one.resize for one in telling}
    told = PartialInput(
        sizes.pop() if len(sizes) == 1 else None, resizes.pop() if len(resizes) == 1 else None
    )
    network = asked.over(told).filled(DEFAULT_INPUT if trainer is None else trainer.network)
    warnings = []
    for one in given:
        size, resize = one.network.size, one.network.resize
        if size and size != network.size:
            warnings.append(
                f"{one.name} is meant for input {size[0]}x{size[1]}: its pixels are taken as they "
                f"are at {network}"
            )
        if resize and resize != network.resize:
            warnings.append(f"{one.name} is meant for {resize}, not for {network.resize}")
    return network, warnings


def _cfg(path: Path) -> CfgAnchors:
    import numpy as np

    from anchorkit.darknet.cfg_file import cfg_content
    from anchorkit.darknet.heads import heads_of
    from anchorkit.darknet.replacing import anchors_of
    from anchorkit.darknet.sections import read_cfg
    from anchorkit.errors import AnchorkitError, CfgError
    from anchorkit.overlap import as_sizes

    text = cfg_content(path).decode("utf-8", "surrogateescape")
    try:
        cfg = read_cfg(text)
        anchors = anchors_of(heads_of(cfg))
        if not anchors:
            raise CfgError("no detection head with anchors")
        as_sizes(anchors, "anchors")
    except AnchorkitError as error:
        raise CfgError(f"{path}: {error}") from None
    pairs = np.asarray(anchors, dtype=np.float64)
    network = PartialInput(cfg.size if min(cfg.size) > 0 else None, cfg.resize)
    return CfgAnchors(path.stem, pairs, "cfg", network, file=str(path), cfg=cfg)
