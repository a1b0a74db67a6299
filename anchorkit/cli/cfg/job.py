"""The part of `anchorkit cluster` that has to do with `--cfg`.

Whatever knows cfgs is imported only where there is one: most runs have none, and start sooner.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anchorkit.cli.cfg.options import AUTO, CfgOptions
from anchorkit.cli.messages import note, warn
from anchorkit.cli.options.data import DataOptions
from anchorkit.errors import CfgError, UsageError
from anchorkit.network_input import NetworkInput, PartialInput
from anchorkit.reports.tables import counted

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from anchorkit.anchors.named import NamedAnchors
    from anchorkit.boxes import Boxes
    from anchorkit.cli.cfg.classes import ClassCount
    from anchorkit.cli.cfg.target import Target
    from anchorkit.cli.cfg.writing import Outcome
    from anchorkit.cli.options.shards import CountedBoxes
    from anchorkit.darknet.sections import Cfg
    from anchorkit.quality import Quality
    from anchorkit.training.assignment import TrainedHead

__all__ = ["CfgJob"]


@dataclass
class CfgJob:
    """What is asked for once the cfg has been read, and what became of the cfg.

    Without `--cfg` it holds the options and defaults alone, adds nothing and writes nothing.
    """

    options: CfgOptions
    target: "Target | None"
    names: list[str] | None
    k: int
    network: NetworkInput
    outcome: "Outcome | None" = None
    quality: "Quality | None" = None
    known: "ClassCount | None" = None
    old: float | None = None
    new: float = 0.0

    @classmethod
    def of(cls, options: CfgOptions, k: int | None, asked: PartialInput) -> "CfgJob":
        """Read the cfg, and fill in from it what the user did not say.

        Raises
        ------
        UsageError
            Where an option contradicts the cfg, or needs one.
        CfgError
            Where the cfg cannot be edited, or has more heads than there are to be anchors.
        """
        if options.file is None:
            return cls(options, None, None, k or 9, asked.filled())
        from anchorkit.cli.cfg.classes import named_classes
        from anchorkit.cli.cfg.target import network_of, open_cfg
        from anchorkit.darknet.dealing import check_shares
        from anchorkit.darknet.listed import count_of

        target = open_cfg(options)
        network = network_of(target, asked)
        heads = len(target.heads)
        if k is None:
            k = count_of(target.heads) if options.shares is None else sum(options.shares)
        if k < heads:
            raise CfgError(
                f"-k {k}: {target.name} has {heads} heads, and each needs at least one anchor: "
                f"the smallest k is {heads}"
            )
        if options.shares is not None:
            try:
                check_shares(options.shares, heads, k)
            except UsageError as error:
                raise UsageError(f"--{error}") from None
        return cls(options, target, named_classes(options.names), k, network)

    def count_classes(self, data: DataOptions, boxes: "Boxes | CountedBoxes") -> None:
        """Take what the data tell of classes, and see whether the cfg has as many.

        Parameters
        ----------
        data
            What was named as data.
        boxes
            What was loaded from it.

        Raises
        ------
        UsageError
            Where `--classes auto` finds none.
        """
        if self.target is None:
            return
        from anchorkit.cli.cfg.classes import asked_classes, counted_classes, order_of_classes

        if any("counters_per_class" in head.written for head in self.target.heads):
            self.names = self.names or order_of_classes(data, boxes)
        self.known = counted_classes(self.options, boxes)
        asked = asked_classes(self.options, self.known)
        if self.known is None:
            return
        if self.options.classes == AUTO:
            note(f"--classes auto: {self.known}")
            return
        head = self.target.heads[0]
        has = asked or head.implied or head.classes
        if has != self.known.number:
            said = f"--classes {has}" if asked else f"{self.target.name} has classes={has}"
            hint = "" if asked else f": --classes {self.known.number} writes that"
            warn(f"{said}, but {self.known}{hint}")

    def plan(
        self,
        boxes: "Boxes | CountedBoxes",
        sizes: "NDArray[np.float64]",
        anchors: "NDArray[np.float64]",
        weights: "NDArray[Any] | None" = None,
    ) -> None:
        """See what the anchors make of the cfg, and what they are worth beside its own.

        Parameters
        ----------
        boxes
            All boxes.
        sizes
            (n, 2), their sizes in pixels at input.
        anchors
            (k, 2), the anchors as they will be written, pixels at input.
        weights
            (n,), how many boxes each size stands for; None: each for itself.
        """
        if self.target is None:
            return
        from anchorkit.cli.cfg.classes import asked_classes
        from anchorkit.cli.cfg.writing import plan
        from anchorkit.quality import evaluate

        if self.target.anchors:
            # What is about to be replaced may be no size at all, such as 1e-320
            with suppress(UsageError):
                self.old = evaluate(sizes, self.target.anchors, weights=weights).mean_iou
        self.new = evaluate(sizes, anchors, weights=weights).mean_iou
        self.outcome = plan(
            self.target,
            self.options,
            [(width, height) for width, height in anchors.tolist()],
            counters=self._counters(boxes),
            classes=asked_classes(self.options, self.known),
            images=boxes.images,
            gain=None if self.old is None else self.new - self.old,
        )
        if self.outcome.anchors:
            self.quality = evaluate(sizes, self.outcome.anchors, weights=weights)

    def _counters(self, boxes: "Boxes | CountedBoxes") -> list[int] | None:
        if self.names is None or self.target is None:
            return None
        found = dict.fromkeys(self.names, 0)
        for name, count in boxes.class_counts.items():
            known = name if name in found else name.strip()
            if known in found:
                found[known] += count
            elif count:
                boxes_of_class = counted(count, "box", "boxes")
                warn(f"--names: no class {name!r}, which has {boxes_of_class}")
        if not any("counters_per_class" in head.written for head in self.target.heads):
            if self.options.classes is None:
                note(f"--names: {self.target.name} has no counters_per_class to renew")
            return None
        return [found[name] for name in self.names]

    def named_cfg(self) -> "tuple[str, Cfg] | None":
        """Name and content of the cfg, which implies the augmentation of its training."""
        return None if self.target is None else (self.target.name, self.target.cfg)

    def defaults(self) -> "NamedAnchors | None":
        """The anchors to beat: the cfg's own; None without a cfg, or where it lists none."""
        if self.target is None or not self.target.anchors:
            return None
        return replace(self.target.named, name=Path(self.target.name).name)

    def trained_heads(self, *, own: bool = False) -> "tuple[TrainedHead, ...]":
        """Which anchors each head is trained with; empty without a cfg, or where it cannot be told.

        Parameters
        ----------
        own
            Whether with the cfg's own anchors, rather than with those that it will have.
        """
        if self.target is None or self.outcome is None:
            return ()
        from anchorkit.training.cfg_heads import trained_heads

        heads = trained_heads(self.target.heads if own else self.outcome.heads)
        if not own and len(self.outcome.anchors) != self.k:  # a cfg that is left alone
            return ()
        return heads

    def keys(self) -> dict[str, Any]:
        """What the JSON object gets besides the keys of every search."""
        if self.outcome is None:
            return {}
        from anchorkit.cli.cfg.writing import cfg_result
        from anchorkit.reports.fit import DIGITS

        old = None if self.old is None else round(self.old, DIGITS)
        gain = None if old is None else round(round(self.new, DIGITS) - old, DIGITS)
        compared = {"mean_iou_cfg": old, "gain": gain}
        return {**cfg_result(self.outcome, self.options, self.quality), **compared}

    def shown(self, form: str) -> str:
        """What the text or the Markdown gets at its end."""
        if self.outcome is None:
            return ""
        from anchorkit.cli.cfg.writing import difference_shown
        from anchorkit.reports.heads import head_rows, head_table, old_and_new
        from anchorkit.terminal import safe_markdown

        name = self.outcome.target.name
        name = safe_markdown(name) if form == "markdown" else name
        parts = [
            old_and_new(name, self.old, self.new),
            head_table(head_rows(self.outcome.heads, self.quality), form),
        ]
        if self.options.dry_run and self.outcome.difference:
            parts.append(difference_shown(self.outcome.difference, form).rstrip("\n"))
        return "\n\n" + "\n\n".join(parts)

    def finish(self, *, keep: bool = False) -> int:
        """Write the cfg, and return the exit code.

        Parameters
        ----------
        keep
            Whether the advice is to keep the anchors that are there: they are then named once more,
            as the file that had them is written.
        """
        if self.outcome is None:
            return 0
        from anchorkit.cli.cfg.writing import finish

        code = finish(self.outcome, self.options, renewable=True)
        over = not (self.options.dry_run or self.options.output or self.outcome.reason)
        if keep and over and self.outcome.difference and self.target is not None:
            sides = ",  ".join(f"{width:g},{height:g}" for width, height in self.target.anchors)
            note(
                f"{self.target.name}: written although the advice is to keep its own; "
                f'apply --anchors "{sides}" puts them back'
            )
        return code
