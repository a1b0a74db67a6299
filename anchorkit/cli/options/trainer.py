"""`--trainer`: whom the anchors are for."""

from typing import TYPE_CHECKING, Any

import click

from anchorkit.errors import UsageError
from anchorkit.training.trainers import TRAINERS, Trainer, trainer_named

if TYPE_CHECKING:
    TrainerType = click.ParamType[Trainer]
else:  # older clicks have no type argument
    TrainerType = click.ParamType

__all__ = ["trainer_option"]


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


trainer_option = click.option(
    "--trainer",
    type=_Trainer(),
    metavar="NAME",
    help=f"Whom the anchors are for: {', '.join(TRAINERS)}. Sets the input and its resizing where "
    "you do not.",
)
"""`--trainer` as `trainer`, a `Trainer` or None."""
