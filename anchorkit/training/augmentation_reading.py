"""Settings of augmentation, read where a training reads them: hyp files and darknet's cfg."""

import math
from collections.abc import Mapping
from typing import Any

from anchorkit.errors import TrainingError
from anchorkit.training.augmentation_settings import DarknetAugmentation, YoloAugmentation

__all__ = ["darknet_augmentation", "hyp_augmentation"]

NEEDED = {"scale": 1.0, "translate": 1.0, "mosaic": 1.0}
"""What a hyp file must have: each from 0 to this."""

OPTIONAL = {"mixup": 1.0, "degrees": 180.0, "shear": 45.0, "perspective": 0.01}
"""What it may have, 0 where it has not."""

ONLY_YOLOV7 = {"paste_in", "loss_ota"}
"""Keys by which a hyp file of YOLOv7 is told from one of YOLOv5."""

MOSTS = {"resize": 100.0, "random": 100.0, "max": 1e6, "resize_step": 4096.0}
"""What numbers of a cfg may be at most: far above what trains."""


def hyp_augmentation(text: str, name: str = "hyp") -> YoloAugmentation:
    """The settings in a hyp file of YOLOv5 or YOLOv7.

    Which of them it belongs to is told by the keys that only YOLOv7 has: paste_in, loss_ota.

    Parameters
    ----------
    text
        The YAML: a mapping of names to numbers. scale, translate and mosaic are needed.
    name
        What to call the file in errors.

    Raises
    ------
    TrainingError
        Where the package PyYAML is missing, the text is no such mapping, or a number is missing or
        out of bounds.

    Examples
    --------
    >>> hyp_augmentation("{scale: 0.5, translate: 0.1, mosaic: 1.0, loss_ota: 1}").family
    'yolov7'
    """
    try:
        import yaml
    except ImportError as error:
        raise TrainingError(
            f'{name}: a hyp file needs the package PyYAML: pip install "anchorkit[yaml]"'
        ) from error
    try:
        found = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        what = getattr(error, "problem", None) or str(error).partition("\n")[0] or "nested too deep"
        raise TrainingError(f"{name}: {where}this is no YAML: {what}") from error
    if not isinstance(found, dict):
        kind = "nothing" if found is None else f"a {type(found).__name__}"
        raise TrainingError(f"{name}: wanted names with numbers, scale: 0.5, found {kind}")
    needed = {key: _bounded(found.get(key), key, most, name) for key, most in NEEDED.items()}
    optional = {key: _bounded(found.get(key, 0), key, most, name) for key, most in OPTIONAL.items()}
    family = "yolov7" if found.keys() & ONLY_YOLOV7 else "yolov5"
    return YoloAugmentation(family=family, **needed, **optional)


def _bounded(value: Any, key: str, most: float, name: str) -> float:
    """A number of a hyp file, from 0 to `most`."""
    # YAML 1.1 takes 5e-1 for text, and PyTorch's users write it
    number = _number(value)
    if number is None or not 0 <= number <= most:
        shown = "none" if value is None else repr(value)
        raise TrainingError(f"{name}: {key}: wanted a number from 0 to {most:g}, found {shown:.60}")
    return number


def _number(value: Any) -> float | None:
    """A finite number, or text that is one; None where it is neither."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def darknet_augmentation(
    net: Mapping[str, str | float], head: Mapping[str, str | float], name: str = "cfg"
) -> DarknetAugmentation:
    """The settings in a darknet cfg, darknet's defaults where it says nothing.

    Parameters
    ----------
    net
        Keys and values of the section `[net]`.
    head
        Keys and values of the last head, of which darknet asks jitter, resize, random and max.
    name
        What to call the file in errors.

    Raises
    ------
    TrainingError
        Where a value is no number that darknet can mean, or letter_box and mosaic are both on,
        which darknet refuses.

    Examples
    --------
    >>> darknet_augmentation({"mosaic": "1"}, {"jitter": ".3", "resize": "1.5"}).resize
    1.5
    """

    def number(section: Mapping[str, str | float], key: str, usual: float, least: float) -> float:
        value = section.get(key, usual)
        found, most = _number(value), MOSTS.get(key, 1.0)
        if found is None or not least <= found <= most:
            raise TrainingError(
                f"{name}: {key}: wanted a number from {least:g} to {most:g}, found {value!r:.60}"
            )
        return found

    def switch(key: str) -> bool:
        return number(net, key, 0, 0) >= 1

    letter_box, mosaic = switch("letter_box"), switch("mosaic")
    if letter_box and mosaic:
        raise TrainingError(f"{name}: darknet refuses letter_box=1 together with mosaic=1")
    return DarknetAugmentation(
        jitter=number(head, "jitter", 0.2, 0),
        resize=number(head, "resize", 1.0, 0.01),
        random=number(head, "random", 0, 0),
        letter_box=letter_box,
        mosaic=mosaic,
        mosaic_bound=switch("mosaic_bound"),
        max_boxes=int(number(head, "max", 200, 1)),
        resize_step=int(number(net, "resize_step", 32, 1)),
    )
