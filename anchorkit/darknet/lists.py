"""Number lists of a cfg, `10,13,  16,30`: read with their faults, written in their style.

Tested in tests/darknet/test_replacing.py.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from anchorkit.darknet.written import Written

__all__ = ["NumberList", "mended", "plain", "read_list", "written_like"]

_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_LARGEST = 1e9
_GAP = re.compile(r"(?<=[0-9.])(?=[ \t]+[-+.0-9])")
_SEPARATOR = re.compile(r"[ \t]*,[ \t]*|[ \t]+")


@dataclass(frozen=True)
class NumberList:
    """Numbers of one entry.

    Attributes
    ----------
    numbers
        As they are meant: a blank between two numbers parts them, as a comma does.
    missing_commas
        How many pairs of numbers have only blanks between them. AlexeyAB's darknet deletes blanks
        and so reads `61,45  61,45` as `61,4561,45`.
    empty_items
        How many commas have no number before them, the end of the list among them: darknet counts
        a zero for each.
    wrong
        Why there are no numbers, where there are none; begins with the line.
    """

    numbers: tuple[float, ...]
    missing_commas: int = 0
    empty_items: int = 0
    wrong: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether every darknet reads the same numbers."""
        return not self.missing_commas and not self.empty_items and not self.wrong


def read_list(found: Written) -> NumberList:
    r"""The numbers of a key.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> from anchorkit.darknet.written import written
    >>> cfg = read_cfg("[net]\nanchors = 24,51, 61,45    48,102,\nmask=0,x\n")
    >>> read_list(written(cfg, cfg.net, "anchors")).numbers
    (24.0, 51.0, 61.0, 45.0, 48.0, 102.0)
    >>> read_list(written(cfg, cfg.net, "mask")).wrong
    "line 3: mask: wanted numbers, found 'x'"
    """
    numbers: list[float] = []
    missing = empty = 0
    for item in found.value.split(","):
        words = item.split()
        missing += max(0, len(words) - 1)
        empty += not words
        for word in words:
            # Longer than any size or index; a float of it may be infinite.
            if not _NUMBER.fullmatch(word) or not abs(float(word)) < _LARGEST:
                return NumberList(
                    (), wrong=f"line {found.line}: {found.key}: wanted numbers, found {word[:40]!r}"
                )
            numbers.append(float(word))
    return NumberList(tuple(numbers), missing, empty)


def mended(value: str) -> str:
    """A list with every missing comma put in and every comma without a number taken out.

    Examples
    --------
    >>> mended("24,51, 61,45    61,45,"), mended("0,, 1")
    ('24,51, 61,45,    61,45', '0, 1')
    """
    items = [item for item in _GAP.sub(",", value).split(",") if item.strip()]
    return ",".join(items)


def plain(number: float) -> str:
    """A number in plain decimals, the fewest that give it back.

    Never an exponent: hank-ai's parser does not know them.

    Examples
    --------
    >>> plain(16.0), plain(1.3125), plain(1e-05)
    ('16', '1.3125', '0.00001')
    """
    text = format(Decimal(repr(float(number))), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def written_like(old: str, numbers: Sequence[float], group: int = 1) -> str:
    """Numbers as text, with the commas and blanks of an older list.

    Parameters
    ----------
    old
        The list that is replaced; empty for none.
    numbers
        What to write.
    group
        2 where the numbers are pairs: the blanks within a pair and between pairs may differ.

    Examples
    --------
    >>> written_like("10,13,  16,30", [1, 2, 3, 4, 5, 6], 2)
    '1,2,  3,4,  5,6'
    >>> written_like("0, 1, 2", [3, 4])
    '3, 4'
    """
    commas = [found for found in _SEPARATOR.findall(old) if "," in found]
    inner = commas[0] if commas else ","
    outer = commas[1] if group == 2 and len(commas) > 1 else inner
    if group == 2 and len(commas) < 2:
        outer = inner.rstrip() + "  "
    items = [plain(number) for number in numbers]
    return "".join(_joined(items, inner, outer, group))


def _joined(items: Sequence[str], inner: str, outer: str, group: int) -> Iterable[str]:
    for at, item in enumerate(items):
        if at:
            yield outer if at % group == 0 else inner
        yield item
