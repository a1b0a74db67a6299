"""`--max-untrained` and `--max-overwritten`: gates on who trains which box.

Tested in tests/cli/test_check_training.py.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from anchorkit.cli.options.types import Number
from anchorkit.training.trainers import TRAINERS, Trainer

if TYPE_CHECKING:
    from anchorkit.anchors.named import NamedAnchors
    from anchorkit.boxes import Boxes
    from anchorkit.network_input import NetworkInput
    from anchorkit.training.assignment import TrainedHead

__all__ = ["Shares", "TrainingGates", "training_gate_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


class Shares(NamedTuple):
    """What does not reach training."""

    untrained: float
    """Of the boxes: never trained, those among them that the trainer drops before."""
    dropped: float
    """Of the boxes: those that the trainer drops."""
    overwritten: float
    """Of what is given to anchors: on a place (image, cell and anchor) that is taken."""

    def note(self, trainer: str) -> str:
        """The same in words."""
        return (
            f"by the rule of {trainer} {self.untrained:.2%} of the boxes are never trained "
            f"({self.dropped:.2%} dropped before for their size), and {self.overwritten:.2%} of "
            "what anchors are given is overwritten"
        )


@dataclass(frozen=True)
class TrainingGates:
    """What the shares must not exceed; None sets no gate."""

    max_untrained: float | None
    max_overwritten: float | None

    @property
    def given(self) -> list[str]:
        """The options that set a gate."""
        names = ("max_untrained", "max_overwritten")
        return [f"--{name.replace('_', '-')}" for name in names if getattr(self, name) is not None]

    def rule(self, trainer: Trainer | None, *, cfg: bool) -> Trainer | None:
        """By whose rule the gates are measured: who was named, else darknet with a cfg.

        Returns
        -------
        None where there is no gate.

        Raises
        ------
        UsageError
            Where it is not known who trains, or by which rule.
        """
        from anchorkit.errors import UsageError

        if not self.given:
            return None
        if trainer is None and cfg:
            return TRAINERS["darknet"]
        if trainer is None or trainer.rule is None:
            rules = ", ".join(name for name, one in TRAINERS.items() if one.rule)
            found = "none" if trainer is None else trainer.name
            wanted = f"wanted --trainer {rules}" + ("" if cfg else " or a cfg")
            raise UsageError(f"{self.given[0]}: {wanted}, found {found}")
        return trainer

    def measured(
        self,
        one: "NamedAnchors",
        heads: "Sequence[TrainedHead] | None",
        boxes: "Boxes",
        network: "NetworkInput",
        rule: Trainer,
    ) -> Shares:
        """The shares for anchors.

        Parameters
        ----------
        one
            The anchors.
        heads
            As a cfg has them, empty where they cannot be told; None: without a cfg, the trainer's.
        boxes, network
            The labelled boxes, and the input.
        rule
            Who trains.

        Raises
        ------
        DataError
            Where it is not known where boxes lie.
        CfgError, UsageError
            Where it is not known what each head trains.
        """
        from anchorkit.cli.options.assignment import assignment_of
        from anchorkit.errors import CfgError, UsageError
        from anchorkit.training.trainer_heads import heads_of_trainer

        if heads is None:
            heads = heads_of_trainer(rule, len(one.anchors))
            if not heads:
                raise UsageError(
                    f"{self.given[0]}: wanted an anchor for each head of {rule.name}, "
                    f"found {len(one.anchors)}"
                )
        if not heads:
            raise CfgError(f"{one.name}: {self.given[0]}: what its heads train is not known")
        found = assignment_of(one, heads, boxes, network, rule, 4.0).found
        return Shares(
            (len(found.untrained) + len(found.dropped)) / found.boxes,
            len(found.dropped) / found.boxes,
            found.overwritten / found.positives if found.positives else 0.0,
        )

    def not_passed(self, shares: Shares) -> list[tuple[str, float, float]]:
        """For each gate that is not passed its name, what was found, and what was wanted.

        Examples
        --------
        >>> TrainingGates(0.01, None).not_passed(Shares(0.02, 0.0, 0.5))
        [('max-untrained', 0.02, 0.01)]
        """
        gates = (
            ("max-untrained", shares.untrained, self.max_untrained),
            ("max-overwritten", shares.overwritten, self.max_overwritten),
        )
        return [
            (name, found, most) for name, found, most in gates if most is not None and found > most
        ]


def training_gate_options(command: Command) -> Command:
    """`--max-untrained` and `--max-overwritten`, gathered into the argument `training_gates`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        gates = TrainingGates(given.pop("max_untrained"), given.pop("max_overwritten"))
        return command(training_gates=gates, **given)

    for option in (
        click.option(
            "--max-overwritten",
            type=Number(0, 1),
            metavar="SHARE",
            help="Fail where more of what anchors are given is overwritten by another box in the "
            "same cell.",
        ),
        click.option(
            "--max-untrained",
            type=Number(0, 1),
            metavar="SHARE",
            help="Fail where more of the boxes are never trained, by the rule of --trainer, or "
            "darknet's with a cfg.",
        ),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments
