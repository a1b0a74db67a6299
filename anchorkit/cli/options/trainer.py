"""`--trainer`: whom the anchors are for, and what follows from it where the user says nothing."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click
from click.shell_completion import CompletionItem

from anchorkit.cli.options.types import names_beginning
from anchorkit.errors import UsageError
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.training.trainers import TRAINERS, Trainer, trainer_named

if TYPE_CHECKING:
    from anchorkit.boxes import Boxes
    from anchorkit.cli.options.exports import Exports

    TrainerType = click.ParamType[Trainer]
else:  # older clicks have no type argument
    TrainerType = click.ParamType

__all__ = [
    "say_set_against",
    "say_too_small",
    "set_against",
    "trainer_of",
    "trainer_option",
    "usual_input",
]


class _Trainer(TrainerType):
    """A name of `TRAINERS`, whatever the case."""

    name = "NAME"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Trainer:
        """The trainer; fails where there is none such."""
        if isinstance(value, Trainer):
            return value
        try:
            return trainer_named(value)
        except UsageError as error:
            raise click.UsageError(str(error), ctx) from None

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """The trainers whose names begin so."""
        return names_beginning(incomplete, TRAINERS)


trainer_option = click.option(
    "--trainer",
    type=_Trainer(),
    metavar="NAME",
    help=f"Whom the anchors are for: {', '.join(TRAINERS)}. Sets the input and its resizing where "
    "you do not.",
)
"""`--trainer` as `trainer`, a `Trainer` or None."""


def trainer_of(
    named: Trainer | None, exports: "Exports", asked: PartialInput, *, cfg: bool = False
) -> Trainer | None:
    """Whom the anchors are for: who was named, else who is implied by a cfg or by the exports.

    Parameters
    ----------
    named
        What `--trainer` says; None: nothing.
    exports
        What `--export` asks for.
    asked
        What `--input` and `--resize` say.
    cfg
        Whether a cfg is to be trained with.

    Returns
    -------
    None where nobody is, and where exports imply different inputs and the user says which it is.

    Raises
    ------
    UsageError
        Where exports imply different inputs, and the user does not say which it is.
    """
    if named is not None or cfg:
        return named or TRAINERS["darknet"]
    implied = [TRAINERS[name] for name in exports.trainers]
    inputs = {one.network for one in implied}
    if len(inputs) > 1:
        if asked.size is None or asked.resize is None:
            told = "; ".join(f"{one.name} {_said(one.network)}" for one in implied)
            raise UsageError(
                "--export: wanted --input and --resize, or --trainer, where trainers differ: "
                f"{told}"
            )
        return None
    return implied[0] if implied else None


def usual_input(
    trainer: Trainer | None, asked: PartialInput, *, quiet: bool = False
) -> NetworkInput:
    """The input as the user asks for it; what is not said, as the trainer usually has it.

    Parameters
    ----------
    trainer
        Whom the anchors are for; None: nobody in particular.
    asked
        What is said of the input.
    quiet
        Whether nothing is said where a trainer has no usual size.
    """
    if trainer is None:
        return asked.filled()
    if trainer.input_is_said_by and asked.size is None and not quiet:
        from anchorkit.cli.messages import note

        note(
            f"{trainer.name}: the input is taken as {trainer.network}: give "
            f"{trainer.input_is_said_by} with --input"
        )
    return asked.filled(trainer.network)


def set_against(trainers: Iterable[Trainer], network: NetworkInput) -> list[str]:
    """What to warn of where anchors are for another input than trainers usually have.

    Parameters
    ----------
    trainers
        Whom the anchors are for.
    network
        The input at which they are meant.

    Examples
    --------
    >>> set_against([TRAINERS["yolov5"]], NetworkInput(1280, 1280, "letterbox"))
    ['YOLOv5 usually trains at 640x640, these anchors are for 1280x1280: set that there, too']
    """
    warnings = []
    for one in trainers:
        if one.network.size != network.size:
            warnings.append(
                f"{one.label} usually trains at {one.network}, these anchors are for {network}: "
                "set that there, too"
            )
        if one.network.resize != network.resize:
            does = "letterboxes" if one.network.resize == "letterbox" else "stretches"
            are = "stretched" if network.resize == "stretch" else "letterboxed"
            warnings.append(
                f"{one.label} {does} images, these anchors are for {are} ones: --resize "
                f"{one.network.resize} fits better"
            )
    return warnings


def say_set_against(
    trainer: Trainer | None, exports: Sequence[str], network: NetworkInput, *, cfg: bool = False
) -> None:
    """Warn of what is set against the trainer, and against those of the exports.

    Parameters
    ----------
    trainer
        Whom the anchors are for.
    exports
        Names of the trainers that exports are for.
    network
        The input at which the anchors are meant.
    cfg
        Whether darknet's cfg says the input: then that is what darknet trains at.
    """
    from anchorkit.cli.messages import warn

    others = [TRAINERS[name] for name in exports]
    trainers = {one.name: one for one in ([trainer] if trainer else []) + others}
    if cfg:
        trainers.pop("darknet", None)
    for line in set_against(trainers.values(), network):
        warn(line)


def say_too_small(trainer: Trainer | None, boxes: "Boxes", network: NetworkInput) -> None:
    """Note how many boxes the trainer itself leaves out, and how to leave them out here.

    Parameters
    ----------
    trainer
        Whom the anchors are for.
    boxes
        What is clustered or looked at.
    network
        The input.
    """
    if trainer is None or not trainer.least_side or not len(boxes):
        return
    least, shorter = trainer.least_side, boxes.at_input(network).min(axis=1)
    kept = shorter >= least if trainer.least_is_kept else shorter > least
    count = int((~kept).sum())
    if not count:
        return
    from anchorkit.cli.messages import note
    from anchorkit.reports.tables import counted

    below = "below" if trainer.least_is_kept else "of up to"
    way = f"{least:g}" if trainer.least_is_kept else f"{least + 0.01:g}"
    what = counted(count, "box", "boxes")
    note(
        f"{trainer.label} does not train {what} with a side {below} {least:g} "
        f"{'pixel' if least == 1 else 'pixels'} at input: --min-size {way} leaves such out here "
        "as well"
    )


def _said(network: NetworkInput) -> str:
    return f"{network}, {network.resize}"
