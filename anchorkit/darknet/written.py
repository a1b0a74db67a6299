"""Keys of a cfg however they are written, and all the text that goes when they are written anew."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from anchorkit.darknet.sections import Cfg, Entry, Section
from anchorkit.darknet.spans import Span, whole_line

__all__ = ["LISTS", "Written", "plainly", "written"]

LISTS = ("anchors", "mask", "counters_per_class", "steps", "scales")
"""Keys whose values are lists of numbers, which people write over several lines."""

_BRACKETS = str.maketrans(dict.fromkeys("\"'`\u201c\u201d\u2018\u2019()[]{}<>", " "))
_COMMAS = str.maketrans(dict.fromkeys("\u3001\u060c|/", ","))
# The wide comma and blank of GBK, in a file that is no UTF-8
_GBK = (("\udca3\udcac", ","), ("\udca1\udca1", " "))
_BY = re.compile(r"(?<=[0-9.])[ \t]*[xX*\u00d7][ \t]*(?=[0-9.])")
_LIST = re.compile(r"(?:[0-9.,+\- \t]|(?<=[0-9.])[eE](?=[-+0-9]))*")


@dataclass(frozen=True)
class Written:
    """A key of a section with all that is meant to be its value.

    Attributes
    ----------
    key
        As darknet knows it.
    line
        Line on which it stands, from 1.
    value
        The value as it is meant, in plain signs: quotes, wide commas and the like taken away, the
        lines joined on which it goes on.
    entry
        The line that darknet reads; None where it reads none.
    oddities
        What keeps a darknet from reading it so, in words; none where every darknet does.
    start, end
        Where the value stands in the text; where darknet reads no value, the line that is meant to
        give it, without blanks before it and a comment behind it.
    leftovers
        What else must go when it is written anew: lines on which the value goes on, numbers behind
        a `;`, other lines that give the key, signs of a comment that darknet counts.
    """

    key: str
    line: int
    value: str
    entry: Entry | None
    oddities: tuple[str, ...]
    start: int
    end: int
    leftovers: tuple[Span, ...]

    @property
    def number(self) -> int | None:
        """The whole number with which the value begins; None where it begins with none."""
        found = re.match(r"[+-]?[0-9]{1,20}(?![0-9])", self.value)
        return int(found.group()) if found else None


@dataclass(frozen=True)
class _Line:
    """How a line gives a key: where its value stands, and why darknet does not read that."""

    start: int
    end: int
    value: str
    why: str = ""


def written(cfg: Cfg, section: Section, key: str) -> Written | None:
    r"""A key of a section, also where darknet does not read it as it is meant.

    Parameters
    ----------
    cfg
        The cfg of the section.
    section
        Where to look.
    key
        Its name, in small letters.

    Returns
    -------
    None where there is no such key, nor a line that is meant to give it.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> cfg = read_cfg("[net]\n[yolo]\nmask 0,1\nanchors = '1,2;\n 3,4'\n")
    >>> written(cfg, cfg.sections[1], "mask").oddities
    ('darknet ignores a line without `=`',)
    >>> written(cfg, cfg.sections[1], "anchors").value
    '1,2, 3,4'
    """
    entries = section.entries
    lines = {
        index: line
        for index, entry in enumerate(entries)
        if (line := _line(cfg, entry, key)) is not None
    }
    if not lines:
        return None
    # Of several darknet takes the first that it can read
    index = next((one for one, line in lines.items() if not line.why), min(lines))
    entry, line = entries[index], lines.pop(index)
    value, oddities, leftovers = line.value, [line.why] if line.why else [], []
    if key in LISTS:
        tail = None if line.why else _tail(cfg, entry)
        counted = None if line.why else _counted(section, entry)
        if tail is not None:
            leftovers.append(tail)
            if not _is_whole(section, entry, cfg.text[tail.start : tail.end]):
                value += cfg.text[tail.start : tail.end]
        elif counted is not None:
            leftovers.append(counted)
        if counted is not None:
            oddities.append("darknet counts the commas of the comment as numbers")
        for more in _continued(cfg, entries[index + 1 :]):
            value += " " + _content(cfg, more)
            leftovers.append(whole_line(cfg.text, more.begin))
            oddities.append(f"darknet ignores line {more.line}, on which it goes on")
    value, strange = plainly(value)
    if key not in LISTS and value and not re.match(r"[+-]?[0-9]", value):
        oddities.append(f"{value[:40]} is no number: darknet takes 0")
    for other, same in lines.items():
        leftovers.append(whole_line(cfg.text, entries[other].begin))
        if same.why or same.value != line.value:
            oddities.append(f"line {entries[other].line} says otherwise: one of them is ignored")
    return Written(
        key=key,
        line=entry.line,
        value=value,
        entry=None if line.why else entry,
        oddities=(*oddities, *strange),
        start=line.start,
        end=line.end,
        leftovers=tuple(leftovers),
    )


def plainly(value: str) -> tuple[str, tuple[str, ...]]:
    """A value in plain signs, and what darknet would make nothing of.

    Examples
    --------
    >>> plainly("[10x14; 23,27]")
    ('10,14, 23,27', ('brackets or quotes around numbers', 'other signs than commas'))
    """
    ascii_only = value
    for wide, plain in _GBK:
        ascii_only = ascii_only.replace(wide, plain)
    ascii_only = unicodedata.normalize("NFKC", ascii_only.translate(_COMMAS))
    parted = _BY.sub(",", ascii_only.lstrip("=: \t"))
    parted = re.sub(r"[,; \t]*;[,; \t]*", "; ", parted).rstrip("; \t").replace(";", ",")
    bare = " ".join(parted.translate(_BRACKETS).replace("\\", " ").split())
    strange = (
        ("brackets or quotes around numbers", value.translate(_BRACKETS) != value),
        ("wide signs", not value.isascii()),
        ("a second `=`", value.lstrip().startswith(("=", ":"))),
        (
            "other signs than commas",
            bool(_BY.search(value)) or any(sign in value.rstrip("; \t") for sign in ";|/\\"),
        ),
    )
    return bare, tuple(what for what, is_so in strange if is_so)


def _line(cfg: Cfg, entry: Entry, key: str) -> _Line | None:
    """How an entry's line gives a key; None where it does not."""
    if entry.key == key:
        content = _content(cfg, entry)
        if "=" not in content:  # the key alone
            start = entry.begin + len(content) - len(content.lstrip())
            return _Line(start, start + len(content.strip()), "", "nothing stands behind it")
        nothing = "" if entry.value else "nothing stands behind its `=`"
        return _Line(entry.start, entry.end, entry.value, nothing)
    text = cfg.text[entry.begin : entry.stop]
    found = re.match(
        rf"[ \t]*({key})[ \t]*(?:([:=])|(?<=[ \t])|(?=[0-9[(]))[ \t]*", text, re.IGNORECASE
    )
    if found is None:
        return None
    value = text[found.end() :].partition("#")[0].rstrip()
    if ";" in value and not _is_list(value):
        value = value.partition(";")[0].rstrip()
    if not _is_list(value):
        return None
    why = "darknet ignores a line without `=`"
    if found[2] == "=":
        why = f"darknet knows no key {found[1]}, only {key}"
    end = entry.begin + found.end() + len(value)
    return _Line(entry.begin + found.start(1), end, value, why)


def _tail(cfg: Cfg, entry: Entry) -> Span | None:
    """The numbers behind a `;`, up to a comment; also a `;` alone."""
    if not entry.comment.startswith(";"):
        return None
    tail = cfg.text[entry.end : entry.stop].partition("#")[0].rstrip()
    return Span(entry.end, entry.end + len(tail), "") if _is_list(tail, digits=False) else None


def _counted(section: Section, entry: Entry) -> Span | None:
    """A comment whose commas darknet counts, in a form of which it counts none; else None."""
    comment = entry.comment
    if entry.key in ("mask", "counters_per_class", "steps"):  # darknet stops at `#`, not at `;`
        counts = comment.startswith(";") and "," in comment.partition("#")[0]
        new = "#" + comment[1:]
    else:  # Of more numbers than it has room for, darknet ruins its memory
        counts = section.type == "Gaussian_yolo" and entry.key == "anchors" and "," in comment
        new = comment.replace(",", " ")
    start = entry.stop - len(comment)
    return Span(start, entry.stop, new) if counts else None


def _is_whole(section: Section, entry: Entry, tail: str) -> bool:
    """Whether a list is complete before the `;`, so that the numbers behind it are a comment."""
    if not _is_list(tail):
        return False
    count = len(plainly(entry.value)[0].replace(",", " ").split())
    if entry.key == "anchors" and section.find("num"):
        return count == 2 * section.integer("num", 0)
    return "," in entry.value and tail[0] in " \t"


def _continued(cfg: Cfg, entries: Sequence[Entry]) -> list[Entry]:
    """The lines of numbers alone with which entries begin."""
    found: list[Entry] = []
    for entry in entries:
        content = _content(cfg, entry)
        if "=" in content or not _is_list(content, digits=False):
            break
        found.append(entry)
    return found


def _content(cfg: Cfg, entry: Entry) -> str:
    return cfg.text[entry.begin : entry.stop].partition("#")[0]


def _is_list(text: str, *, digits: bool = True) -> bool:
    """Whether a text holds nothing but numbers and what parts them, wide signs among it."""
    plain = plainly(text)[0]
    return _LIST.fullmatch(plain) is not None and (
        not digits or any(sign.isdigit() for sign in plain)
    )
