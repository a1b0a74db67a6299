"""A cfg as text: its sections and keys, each with the place where its value stands."""

import re
from dataclasses import dataclass

from anchorkit.errors import CfgError

__all__ = ["ALIASES", "Cfg", "Entry", "Section", "read_cfg"]

ALIASES = {
    "network": "net",
    "conv": "convolutional",
    "deconv": "deconvolutional",
    "max": "maxpool",
    "avg": "avgpool",
    "local_avg": "local_avgpool",
    "conn": "connected",
    "soft": "softmax",
    "lrn": "normalization",
    "empty": "silence",
}
"""Second names of section types, as darknet's parsers know them."""

# What darknet deletes from a line before it looks at it; other blanks are ordinary characters.
_BLANKS = str.maketrans("", "", " \t\r\n")
_INTEGER = re.compile(r"[+-]?[0-9]+")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
# A list that was written over lines, pair by pair: no section has a name without a letter
_PAIRS = re.compile(r"(?=.*[0-9])[][(){}0-9.,;+-]+")


@dataclass(frozen=True)
class Entry:
    """One `key=value` of a section.

    Attributes
    ----------
    key
        Without blanks.
    value
        As written, without the blanks around it and without a trailing comment; empty where the
        line has none.
    line
        Line number, from 1.
    start, end
        Where the value stands in the text of the cfg: `text[start:end] == value`.
    comment
        What follows the value on its line, from `#` or `;` on; empty where nothing does.
    begin, stop
        Where its line stands in the text, its line end left out.
    """

    key: str
    value: str
    line: int
    start: int
    end: int
    comment: str = ""
    begin: int = 0
    stop: int = 0


LARGEST_SIDE = 65536
"""Pixels of a network's input, each side; `--input` takes no more, either."""


@dataclass(frozen=True)
class Section:
    """One section: a layer, or the first one, `[net]`.

    Attributes
    ----------
    type
        The name that darknet compares, with aliases replaced: `convolutional` for `[conv]`.
    header
        The line as darknet sees it, without blanks: `[conv]`.
    line
        Line number of the header, from 1.
    start, end
        Where the header's line stands in the text, its line end left out.
    entries
        Its keys, in the order of the file, repeated ones included.
    """

    type: str
    header: str
    line: int
    start: int
    end: int
    entries: tuple[Entry, ...] = ()

    def find(self, key: str) -> Entry | None:
        """The entry that darknet uses for a key: the first; None where there is none.

        A key without a value (`mask=`) is no entry for darknet either.
        """
        return next((entry for entry in self.entries if entry.key == key and entry.value), None)

    def text(self, key: str, default: str = "") -> str:
        """The value of a key without blanks, or `default`."""
        entry = self.find(key)
        return default if entry is None else entry.value.translate(_BLANKS)

    def integer(self, key: str, default: int) -> int:
        r"""The value of a key as C's `atoi` reads it, or `default` where the key is missing.

        Examples
        --------
        >>> net = read_cfg("[net]\nwidth = 416 # was 608\n").sections[0]
        >>> net.integer("width", 0), net.integer("height", 7)
        (416, 7)
        """
        entry = self.find(key)
        return default if entry is None else _atoi(entry.value)

    def number(self, key: str, default: float) -> float:
        r"""The value of a key as C's `atof` reads it, or `default` where the key is missing."""
        if self.find(key) is None:
            return default
        found = _NUMBER.match(self.text(key))
        return float(found.group()) if found else 0.0

    def integers(self, key: str) -> tuple[int, ...]:
        r"""The comma-separated integers of a key; empty where the key is missing.

        Examples
        --------
        >>> read_cfg("[net]\n[route]\nlayers = -1, 61\n").sections[1].integers("layers")
        (-1, 61)
        """
        entry = self.find(key)
        if entry is None:
            return ()
        return tuple(_atoi(item) for item in entry.value.split(","))


@dataclass(frozen=True)
class Cfg:
    """A cfg that has been read; `sections[0]` is `[net]`, the others are layers 0, 1, 2..."""

    text: str
    sections: tuple[Section, ...]

    @property
    def net(self) -> Section:
        """The section `[net]`."""
        return self.sections[0]

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the network's input, in pixels; 0 where the cfg has none.

        Raises
        ------
        CfgError
            Where one is above `LARGEST_SIDE`.
        """
        width, height = (self.net.integer(side, 0) for side in ("width", "height"))
        for name, side in (("width", width), ("height", height)):
            if side > LARGEST_SIDE:
                entry = self.net.find(name)
                line = entry.line if entry else self.net.line
                raise CfgError(
                    f"line {line}: wanted {name} of at most {LARGEST_SIDE:,} pixels, found "
                    f"{self.net.text(name):.40}"
                )
        return width, height

    @property
    def resize(self) -> str:
        """How images come to that size in training: `letterbox` or `stretch`."""
        return "letterbox" if self.net.integer("letter_box", 0) else "stretch"


def read_cfg(text: str) -> Cfg:
    r"""Sections and keys of a cfg, as darknet reads them.

    Lines end with LF (a CR before it is a blank); blanks count nowhere; a line that begins with
    `#` or `;` is a comment; of a repeated key the first counts; a key without a value does not.

    Parameters
    ----------
    text
        The whole cfg, with the line ends of the file.

    Raises
    ------
    CfgError
        Where darknet could not load the text at all: a byte order mark, a zero byte, a key before
        the first section, a first section other than `[net]`, no section.

    Examples
    --------
    >>> cfg = read_cfg("[net]\nwidth=416\nheight=416\n\n[conv] \nfilters = 255 # 3*85\n")
    >>> cfg.size, [section.type for section in cfg.sections]
    ((416, 416), ['net', 'convolutional'])
    >>> entry = cfg.sections[1].find("filters")
    >>> entry.value, entry.line, cfg.text[entry.start:entry.end], entry.comment
    ('255', 6, '255', '# 3*85')
    """
    _check_characters(text)
    sections: list[Section] = []
    entries: list[Entry] = []
    start = 0
    for line, raw in enumerate(text.split("\n"), 1):
        bare = raw.translate(_BLANKS)
        if bare.startswith("[") and not (sections and _PAIRS.fullmatch(bare)):
            if sections:
                sections[-1] = _with(sections[-1], entries)
            entries = []
            name = bare[1:-1] if bare.endswith("]") else bare
            end = start + len(raw.rstrip("\r"))
            sections.append(Section(ALIASES.get(name, name), bare, line, start, end))
        elif bare and bare[0] not in "#;":
            if not sections:
                raise CfgError(f"line {line}: wanted [net] before the first key, found {bare[:40]}")
            entries.append(_entry(raw, line, start))
        start += len(raw) + 1
    if not sections:
        raise CfgError("no section found; a darknet cfg begins with [net]")
    sections[-1] = _with(sections[-1], entries)
    if sections[0].type != "net":
        found = sections[0]
        if "\r" in text and "\n" not in text:
            raise CfgError("line 1: lines end with CR alone, where darknet wants LF")
        raise CfgError(
            f"line {found.line}: wanted [net] as the first section, found {found.header[:40]}"
        )
    return Cfg(text, tuple(sections))


def _check_characters(text: str) -> None:
    # surrogateescape gives \udcff\udcfe for the first two bytes of UTF-16
    if text.startswith(("\udcff\udcfe", "\udcfe\udcff")) or "\0" in text:
        raise CfgError(
            "line 1: the file is UTF-16 or binary; darknet reads plain text: save as UTF-8"
        )
    if text.startswith("\ufeff"):
        raise CfgError(
            "line 1: a byte order mark (BOM), which darknet cannot read: save without it"
        )


def _with(section: Section, entries: list[Entry]) -> Section:
    return Section(
        section.type, section.header, section.line, section.start, section.end, tuple(entries)
    )


def _entry(raw: str, line: int, offset: int) -> Entry:
    left, _, right = raw.partition("=")
    cut = min((at for at in (right.find("#"), right.find(";")) if at >= 0), default=len(right))
    value = right[:cut].rstrip("\r")
    start = offset + len(left) + 1 + len(value) - len(value.lstrip(" \t\r"))
    value = value.strip(" \t\r")
    return Entry(
        key=left.translate(_BLANKS),
        value=value,
        line=line,
        start=start,
        end=start + len(value),
        comment=right[cut:].rstrip("\r"),
        begin=offset,
        stop=offset + len(raw.rstrip("\r")),
    )


def _atoi(value: str) -> int:
    found = _INTEGER.match(value.translate(_BLANKS))
    # More digits than any integer of darknet's; Python refuses thousands of them.
    return int(found.group()[:20]) if found else 0
