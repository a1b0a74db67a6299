"""Progress bars of whatever takes long, and a way to draw those that stand still anew.

Tested in tests/cli/test_waiting.py.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["progress_bar", "refreshed"]

_bars: "list[tqdm[Any]]" = []


@contextmanager
def progress_bar(doing: str, **settings: Any) -> "Iterator[tqdm[Any]]":
    """A bar on stderr that is gone afterwards.

    Parameters
    ----------
    doing
        What takes long, in a word: `reading`.
    settings
        More of tqdm's.
    """
    from tqdm import tqdm  # seldom needed, and it costs time to import

    with tqdm(desc=doing, leave=False, dynamic_ncols=True, **settings) as bar:
        _bars.append(bar)
        try:
            yield bar
        finally:
            _bars.remove(bar)


def refreshed() -> bool:
    """Draw the bars that there are anew, so that their clocks go on; whether there is one."""
    for bar in _bars:
        bar.refresh()
    return bool(_bars)
