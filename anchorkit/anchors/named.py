"""A set of anchors, and what is known of it: where it comes from, and for which input it is.

Tested in tests/cli/options/test_anchors.py.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from anchorkit.network_input import UNSAID, PartialInput

if TYPE_CHECKING:  # a help text needs the name alone
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NamedAnchors"]


@dataclass(frozen=True, eq=False)
class NamedAnchors:
    """Anchors, what to call them, where they come from and what they are for."""

    name: str
    """The preset, or the file's name without its extension; `anchors` for anchors typed."""
    anchors: "NDArray[np.float64]"
    """(k, 2), columns width and height, pixels at input, in the order given."""
    source: str
    """`preset`, `cfg` or `anchors`."""
    network: PartialInput = UNSAID
    """The input that these pixels are meant for, as far as it is known."""
    trainer: str | None = None
    """Whom they were made for, where that is told."""
