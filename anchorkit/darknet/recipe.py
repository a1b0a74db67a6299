"""How long to train, as darknet's manual advises: `max_batches` and the `steps` of the rate.

Tested in tests/darknet/test_own_classes.py.
"""

from anchorkit.darknet.lists import read_list
from anchorkit.darknet.sections import Cfg
from anchorkit.darknet.written import written

__all__ = ["LEAST", "OF_A_CLASS", "recipe"]

LEAST = 6000
"""Batches that a training takes at least."""

OF_A_CLASS = 2000
"""Batches for each class."""


def recipe(cfg: Cfg, classes: int, images: int = 0) -> tuple[list[tuple[str, str]], list[str]]:
    r"""Keys of `[net]` that say how long to train, and what is to be said beside.

    `max_batches` is 2,000 for each class, but no less than 6,000, nor than there are images;
    `steps` are 80 % and 90 % of it.

    Parameters
    ----------
    cfg
        From `read_cfg`.
    classes
        How many classes are to be told apart.
    images
        How many images are trained with; 0 where that is not known.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> recipe(read_cfg("[net]\npolicy=steps\nscales=.1,.1\n"), 4, 500)
    ([('max_batches', '8000'), ('steps', '6400,7200')], [])
    """
    batches = max(LEAST, OF_A_CLASS * classes, images)
    keys = [("max_batches", str(batches))]
    policy = cfg.net.text("policy", "constant")
    if policy != "steps":
        return keys, [f"policy={policy} has no steps: only max_batches is written"]
    keys.append(("steps", f"{batches * 8 // 10},{batches * 9 // 10}"))
    scales = written(cfg, cfg.net, "scales")
    listed = None if scales is None or scales.oddities else read_list(scales)
    if listed is None or not listed.is_clean or len(listed.numbers) != 2:
        # darknet reads as many scales as there are steps
        keys.append(("scales", ".1,.1"))
    return keys, []
