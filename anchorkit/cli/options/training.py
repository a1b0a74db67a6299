"""`--augment`: what is known of the training, from an option, a cfg or a trainer."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from anchorkit.cli.options.types import OneOf, names_beginning

if TYPE_CHECKING:
    from anchorkit.boxes import Boxes
    from anchorkit.darknet.sections import Cfg, Section
    from anchorkit.network_input import NetworkInput
    from anchorkit.training.augmentation_settings import Augmentation
    from anchorkit.training.judgement import InTraining

__all__ = ["augment_option", "check_fit", "fit_option", "in_training"]

NAMED = ("yolov5", "yolov5-high", "yolov7", "darknet")
"""The names of `anchorkit.training.augmentation_settings.NAMED`, which are not loaded for a help
text."""

NONE = "none"


def _sources_beginning(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[CompletionItem]:
    """The names that a shell offers, else files."""
    named = names_beginning(incomplete, (*NAMED, NONE))
    return named or [CompletionItem(incomplete, type="file")]


augment_option = click.option(
    "--augment",
    metavar="SOURCE",
    shell_complete=_sources_beginning,
    help=f"Also show the figures in training: augmentation from {', '.join(NAMED)}, a hyp file "
    "(.yaml), a darknet .cfg, or none.  [default: that of --cfg]",
)
"""`--augment` as `augment`, text or None."""

fit_option = click.option(
    "--fit",
    type=OneOf(["labels", "training"]),
    default="labels",
    show_default=True,
    help="Find anchors for the boxes as labelled, or as training sees them.",
)
"""`--fit` as `fit`."""


def check_fit(fit: str, seen: "InTraining | None") -> None:
    """Fail where anchors are to be fitted to a training of which nothing is known.

    Raises
    ------
    UsageError
        Saying what would tell.
    """
    from anchorkit.errors import UsageError

    if fit == "training" and seen is None:
        raise UsageError(
            "--fit training: wanted to know the training: --augment SOURCE, --trainer NAME or "
            "--cfg FILE"
        )


def in_training(
    augment: str | None,
    boxes: "Boxes",
    network: "NetworkInput",
    *,
    seed: int = 0,
    cfg: "tuple[str, Cfg] | None" = None,
    trainer: str | None = None,
) -> "InTraining | None":
    """The boxes as training sees them; None where nothing says how, or `none` was asked for.

    Parameters
    ----------
    augment
        What `--augment` says; None: nothing.
    boxes, network
        What is augmented, and for which input.
    seed
        Fixes the draw.
    cfg
        Name and content of a cfg that implies its own augmentation.
    trainer
        The name in `NAMED` that a trainer implies.

    Raises
    ------
    AnchorkitError
        Where what was asked for cannot be had. What was only implied and cannot be had is a note.
    """
    if augment == NONE or (augment is None and cfg is None and trainer is None):
        return None
    from anchorkit.cli.messages import note
    from anchorkit.errors import AnchorkitError
    from anchorkit.training.judgement import drawn_in_training

    try:
        found = _settings(augment, cfg, trainer)
        if found is None:
            return None
        source, settings = found
        return drawn_in_training(boxes, network, settings, source=source, seed=seed)
    except AnchorkitError as error:
        if augment is not None:
            raise
        note(f"no figures in training: {error}")
        return None


def _settings(
    augment: str | None, cfg: "tuple[str, Cfg] | None", trainer: str | None
) -> "tuple[str, Augmentation] | None":
    from anchorkit.training.augmentation_settings import named_augmentation

    if augment is None:
        if cfg is not None:
            return cfg[0], _of_cfg(*cfg)
        return None if trainer is None else (trainer, named_augmentation(trainer))
    if augment in NAMED:
        return augment, named_augmentation(augment)
    return augment, _of_file(Path(augment))


def _of_file(path: Path) -> "Augmentation":
    """The settings in a hyp file or a cfg."""
    from anchorkit.darknet.cfg_file import read_cfg_file
    from anchorkit.errors import UsageError
    from anchorkit.files import read_file
    from anchorkit.training.anchor_free import NO_ANCHORS, has_no_anchors
    from anchorkit.training.augmentation_reading import hyp_augmentation

    suffix = path.suffix.lower()
    if has_no_anchors(str(path)):
        raise UsageError(f"--augment {path}: {NO_ANCHORS}")
    if suffix == ".cfg":
        file = read_cfg_file(path, typed=f"--augment {path}")
        return _of_cfg(file.name, file.cfg)
    if suffix not in (".yaml", ".yml"):
        raise UsageError(
            f"--augment {path}: wanted one of {', '.join(NAMED)}, {NONE}, a hyp file (.yaml) or a "
            ".cfg"
        )
    content = read_file(path, "a hyp file", most=LARGEST)
    return hyp_augmentation(content.decode("utf-8", "replace"), str(path))


LARGEST = 1 << 20
"""Bytes of a hyp file; they have some kilobytes."""


def _of_cfg(name: str, cfg: "Cfg") -> "Augmentation":
    """What a darknet cfg says of its augmentation: [net], and the last head."""
    from anchorkit.darknet.cfg_file import naming
    from anchorkit.darknet.heads import heads_of
    from anchorkit.errors import CfgError
    from anchorkit.training.augmentation_reading import darknet_augmentation

    with naming(name):
        heads = heads_of(cfg)
    if not heads:
        raise CfgError(f"{name}: no detection head, whose jitter and random say how boxes change")
    return darknet_augmentation(
        _values(cfg.net, ("letter_box", "mosaic", "mosaic_bound", "resize_step")),
        _values(heads[-1].section, ("jitter", "resize", "random", "max")),
        name,
    )


def _values(section: "Section", keys: Sequence[str]) -> dict[str, float]:
    return {key: section.number(key, 0) for key in keys if section.find(key)}
