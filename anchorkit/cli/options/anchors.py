"""Anchors that a command is given in one of three ways: as such, in a cfg, as a preset's."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from anchorkit.anchors.named import NamedAnchors
from anchorkit.cli.options.trainer import set_against, usual_input
from anchorkit.cli.options.types import SomePath, names_beginning
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.training.trainers import TRAINERS, Trainer

if TYPE_CHECKING:
    from anchorkit.darknet.sections import Cfg

    AnchorsType = click.ParamType[NamedAnchors]
else:  # older clicks have no type argument
    AnchorsType = click.ParamType

__all__ = [
    "CfgAnchors",
    "anchors_option",
    "compare_option",
    "compared_sets",
    "given_options",
    "network_for",
    "presets_beginning",
    "trainer_for",
]

CELL, FEWEST_CELLS = 32, 3
"""The stride in whose cells anchors of YOLOv2 are told, and how many must look like that."""

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

    def __init__(self, option: str = "--anchors") -> None:
        self.option = option

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> NamedAnchors:
        """The anchors; fails where the value is neither anchors nor a file."""
        from anchorkit.anchors.text import (
            LARGEST_FILE,
            is_anchor_text,
            parse_anchors,
            read_anchors,
            statement,
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
                return NamedAnchors("anchors", known, "anchors", *statement(content))
            known = read_anchors(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        except AnchorError as error:
            what = self.option if value != "-" else f"{self.option} -"
            what += ":" if typed or value == "-" else ""
            raise AnchorError(f"{what} {error}") from None
        name = "anchors" if typed else Path(value).stem
        return NamedAnchors(name, known, "anchors", *statement(value))

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Any file: only the shell knows which there are."""
        return [CompletionItem(incomplete, type="file")]


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


class _Compared(AnchorsType):
    """A cfg, a file or a list of anchors, or the name of a preset."""

    name = "ANCHORS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> NamedAnchors:
        """The anchors; fails where the value is none of these."""
        from anchorkit.anchors.presets import preset
        from anchorkit.anchors.text import is_anchor_text
        from anchorkit.errors import UsageError
        from anchorkit.files import found_at

        if isinstance(value, NamedAnchors):
            return value
        path = Path(value)
        if path.suffix.lower() == ".cfg":
            return _cfg(path, "--compare")
        # No preset has a dot or a slash in its name: what has one is meant as a file
        meant = value == "-" or path.suffix or "/" in value or found_at(path) != "nothing there"
        if meant or is_anchor_text(value):
            return _Anchors("--compare").convert(value, param, ctx)
        try:
            return preset(value)
        except UsageError as error:
            said = str(error).replace("--preset", "--compare", 1)
            raise click.UsageError(said, ctx) from None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The presets that begin so, else files."""
        named = presets_beginning(ctx, param, incomplete)
        return named or [CompletionItem(incomplete, type="file")]


compare_option = click.option(
    "--compare",
    type=_Compared(),
    multiple=True,
    metavar="X",
    help="Anchors to compare with: a darknet .cfg, any other file or a list of anchors, else what "
    "a network ships with, as yolov3 or yolov5; may be given several times.",
)
"""`--compare` as `compare`, a tuple of `NamedAnchors`."""


def compared_sets(
    defaults: NamedAnchors | None, given: Sequence[NamedAnchors], network: NetworkInput
) -> tuple[list[NamedAnchors], list[str]]:
    """The sets of anchors to compare with at an input, the defaults first, and what to warn of.

    Presets are scaled to the input, as the defaults are; other pixels are taken as they are.
    """
    from anchorkit.anchors.presets import at_network

    sets = [] if defaults is None else [defaults]
    warnings = []
    for one in given:
        if one.source == "preset":
            if defaults is None or defaults.source != "preset" or one.name != defaults.name:
                sets.append(at_network(one, network))
            continue
        sets.append(one)
        warnings += _of_another_input(one, network)
    return sets, warnings


def presets_beginning(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The presets that a shell offers for what is typed of one."""
    from anchorkit.anchors.presets import PRESETS

    return names_beginning(incomplete, PRESETS)


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
            shell_complete=presets_beginning,
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


def trainer_for(given: Sequence[NamedAnchors], named: Trainer | None) -> Trainer | None:
    """Whom anchors are looked at for: who was named, else darknet where a cfg is among them."""
    if named is None and any(one.source == "cfg" for one in given):
        return TRAINERS["darknet"]
    return named


def network_for(
    given: Sequence[NamedAnchors], asked: PartialInput, trainer: Trainer | None = None
) -> tuple[NetworkInput, list[str]]:
    """The input at which anchors are looked at, and what to warn of.

    What the user asked for counts; else what the cfgs say, where they agree, or without cfgs what
    files of anchors say; of both, only those that were made for the trainer. Else what the trainer
    usually has, or the default.

    Raises
    ------
    UsageError
        Where files of anchors say different things, and the user says nothing.
    """
    telling = [one for one in given if one.source != "preset" and _made_for(one, trainer)]
    cfgs = [one for one in telling if one.source == "cfg"]
    telling = cfgs or [one for one in telling if one.network.size]
    sizes, resizes = (
        {one.network.size for one in telling},
        {one.network.resize for one in telling},
    )
    if not cfgs:
        _check_agreement(telling, asked)
    told = PartialInput(
        sizes.pop() if len(sizes) == 1 else None, resizes.pop() if len(resizes) == 1 else None
    )
    network = usual_input(trainer, asked.over(told))
    warnings = []
    for one in given:
        warnings += _of_another_input(one, network)
    warnings += [
        f"{one.name}: no side is above 1 pixel of {network}: if these are fractions of the input, "
        "multiply them by its sides"
        for one in given
        if one.anchors.max() <= 1
    ]
    warnings += [
        f"{one.name}: all anchors would fit into the grid of stride {CELL} of {network}, and are "
        f"no whole pixels: if these are cells, as of a [region], multiply them by {CELL}"
        for one in given
        if _may_be_cells(one, network)
    ]
    if trainer and not (cfgs and trainer.name == "darknet"):
        warnings += set_against([trainer], network)
    return network, warnings


def _may_be_cells(one: NamedAnchors, network: NetworkInput) -> bool:
    """Whether nothing says that anchors are pixels, and they look like cells of the last grid."""
    if one.source in ("cfg", "preset") or one.network.size or len(one.anchors) < FEWEST_CELLS:
        return False
    broken = (one.anchors % 1 != 0).mean()
    return bool(1 < one.anchors.max() <= max(network.size) / CELL and broken > 1 / 2)


def _of_another_input(one: NamedAnchors, network: NetworkInput) -> list[str]:
    """What to warn of where anchors are meant for another input."""
    warnings = []
    size, resize = one.network.size, one.network.resize
    if size and size != network.size:
        warnings.append(
            f"{one.name} is meant for input {size[0]}x{size[1]}: its pixels are taken as they "
            f"are at {network}"
        )
    if resize and resize != network.resize:
        warnings.append(f"{one.name} is meant for {resize}, not for {network.resize}")
    return warnings


def _made_for(one: NamedAnchors, trainer: Trainer | None) -> bool:
    """Whether what is said of anchors holds for a trainer: not where they are another's."""
    return trainer is None or one.trainer in (None, trainer.name)


def _check_agreement(telling: Sequence[NamedAnchors], asked: PartialInput) -> None:
    """Fail where files of anchors say different things of their input, and the user nothing."""
    from anchorkit.errors import UsageError

    for option, missing, said in (
        ("--input", asked.size is None, [one.network.size for one in telling]),
        ("--resize", asked.resize is None, [one.network.resize for one in telling]),
    ):
        if missing and len(set(said)) > 1:
            told = ", ".join(
                f"{one.name} is for {one.network.filled()}, {one.network.resize or 'not said how'}"
                for one in telling
            )
            raise UsageError(f"--anchors: wanted {option}, where files differ: {told}")


def _cfg(path: Path, option: str = "--cfg") -> CfgAnchors:
    import numpy as np

    from anchorkit.darknet.cfg_file import input_of, naming, read_cfg_file
    from anchorkit.darknet.heads import heads_of
    from anchorkit.darknet.listed import readable_anchors

    file = read_cfg_file(path, typed=f"{option} {path}")
    with naming(file.name):
        anchors = readable_anchors(heads_of(file.cfg))
    pairs = np.asarray(anchors, dtype=np.float64)
    known = input_of(file.cfg)
    return CfgAnchors(path.stem, pairs, "cfg", known, "darknet", file=file.name, cfg=file.cfg)
