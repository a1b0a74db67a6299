"""Lines that one darknet reads and another does not: AlexeyAB's, pjreddie's, hank-ai's.

Tested in tests/darknet/test_sections.py.
"""

import re
from collections import Counter
from typing import NamedTuple

from anchorkit.darknet.fork_keys import (
    ALIASES_OF_HANK_AI,
    LACKING,
    LATER_ACTIVATIONS,
    is_refused,
    unread_keys,
)
from anchorkit.darknet.sections import ALIASES, Cfg, Entry, Section

__all__ = ["Note", "notes_of"]

# What the keys are where they change nothing
_IDLE = {"antialiasing": 0, "dilation": 1, "extra": 0, "groups": 1, "maxpool_depth": 0}
_LIKE = {"hidden": "output", "stride_x": "stride", "stride_y": "stride"}
_TRAINED = "training wants batch=64, and subdivisions by its memory"
_EXPONENT = re.compile(r"[0-9.][eE]")
_WITH_EXPONENT = re.compile(r"[-+]?[0-9.]+[eE][-+]?[0-9]+")


class Note(NamedTuple):
    """Something about a cfg that is worth knowing; `line` is the first place, `times` how many."""

    line: int
    text: str
    times: int = 1

    def __str__(self) -> str:
        more = f" ({self.times} times)" if self.times > 1 else ""
        return f"line {self.line}: {self.text}{more}"


def notes_of(cfg: Cfg) -> tuple[Note, ...]:
    r"""What not every darknet reads alike, one note for each kind, in the order of the file.

    Examples
    --------
    >>> from anchorkit.darknet.sections import read_cfg
    >>> for note in notes_of(read_cfg("[net]\n;batch=1\nwidth=416\nwidth=608\n;height=1\n")):
    ...     print(note)
    line 2: `;` begins a comment, but not for hank-ai's darknet, which refuses the line (2 times)
    line 4: width is repeated: the first counts, hank-ai's darknet refuses the file
    """
    found = [*_of_lines(cfg.text), *_of_net(cfg)]
    for section in cfg.sections:
        found += _of_section(section)
    first: dict[str, int] = {}
    for note in sorted(found):
        first.setdefault(note.text, note.line)
    times = Counter(note.text for note in found)
    return tuple(sorted(Note(line, text, times[text]) for text, line in first.items()))


def _of_lines(text: str) -> list[Note]:
    notes: list[Note] = []
    for number, raw in enumerate(text.split("\n"), 1):
        line = raw.strip(" \t\r")
        if raw.endswith("\r"):
            notes.append(Note(number, "lines end with CRLF, which pjreddie's darknet cannot read"))
        if line.startswith(";") and "=" in line:
            notes.append(
                Note(
                    number,
                    "`;` begins a comment, but not for hank-ai's darknet, which refuses the line",
                )
            )
        elif line and line[0] not in "#;[" and not line.partition("=")[2].strip():
            notes.append(Note(number, f"{line[:40]}: no value, so that darknet ignores the line"))
        elif line.startswith("[") and "]" in line and any(blank in line for blank in " \t"):
            header = line[: line.index("]") + 1]
            if any(blank in header for blank in " \t"):
                notes.append(Note(number, f"{header}: hank-ai's darknet takes no blanks in it"))
    return notes


def _of_net(cfg: Cfg) -> list[Note]:
    notes: list[Note] = []
    letter_box, mosaic = (cfg.net.find(key) for key in ("letter_box", "mosaic"))
    if letter_box and mosaic and cfg.net.integer("letter_box", 0) and cfg.net.integer("mosaic", 0):
        notes.append(Note(mosaic.line, "darknet does not train with letter_box=1 and mosaic=1"))
    batch = cfg.net.find("batch")
    if batch and cfg.net.integer("batch", 1) == 1:
        notes.append(Note(batch.line, f"batch={batch.value[:40]} is for testing: {_TRAINED}"))
    elif batch is None and cfg.net.find("max_batches"):
        # A sketch of a network that says nothing of training wants none
        notes.append(Note(cfg.net.line, f"[net] has no batch, darknet takes 1: {_TRAINED}"))
    return notes


def _of_section(section: Section) -> list[Note]:
    notes: list[Note] = []
    for fork, types in LACKING.items():
        if section.type in types:
            text = f"[{section.type}]: a layer that {fork}'s darknet does not have"
            notes.append(Note(section.line, text))
    name = section.header[1:-1]
    lacked = section.type in LACKING["hank-ai"]
    if name in ALIASES and name not in ALIASES_OF_HANK_AI and not lacked:
        text = f"{section.header}: hank-ai's darknet knows only [{section.type}]"
        notes.append(Note(section.line, text))
    seen: set[str] = set()
    for entry in section.entries:
        if entry.key in seen:
            text = f"{entry.key} is repeated: the first counts, hank-ai's darknet refuses the file"
            notes.append(Note(entry.line, text))
        seen.add(entry.key)
        notes += _of_entry(section, entry)
    return notes + _unread(section)


def _of_entry(section: Section, entry: Entry) -> list[Note]:
    texts: list[str] = []
    place = f"{entry.key} of [{section.type}]"
    if entry.value and is_refused(section.type, entry.key):
        texts.append(f"{place}: hank-ai's darknet does not know the key, and refuses the file")
    exponent = _EXPONENT.search if entry.key == "anchors" else _WITH_EXPONENT.fullmatch
    if exponent(entry.value):
        texts.append(f"{entry.key}: hank-ai's darknet reads no exponents")
    if entry.comment.startswith(";"):
        texts.append(
            "a comment after a value with `;`, which hank-ai's darknet takes for the value"
        )
    if _counts_comment(section, entry):
        texts.append(f"{place}: darknet counts the commas of the comment as numbers")
    if entry.key == "activation" and entry.value in LATER_ACTIVATIONS:
        texts.append(f"activation={entry.value}: pjreddie's darknet takes relu instead")
    return [Note(entry.line, text) for text in texts]


def _unread(section: Section) -> list[Note]:
    """Keys that decide what the layer is, and that one darknet passes over."""
    notes: list[Note] = []
    for fork, key in unread_keys(section.type):
        entry = section.find(key)
        if entry is None or _is_idle(section, key):
            continue
        text = f"{key} of [{section.type}]: {fork}'s darknet does not read it: another network"
        notes.append(Note(entry.line, text))
    if section.type == "rnn" and not section.find("hidden") and section.integer("output", 1) != 1:
        notes.append(Note(section.line, "[rnn]: AlexeyAB's darknet takes 1 without hidden="))
    return notes


def _is_idle(section: Section, key: str) -> bool:
    if key == "weights_type":
        return section.text(key) == "none"
    if section.type == "crnn":
        return False
    idle = section.integer(_LIKE[key], 1) if key in _LIKE else _IDLE.get(key)
    return section.integer(key, 0) == idle


def _counts_comment(section: Section, entry: Entry) -> bool:
    """Whether darknet, which has no comments after a value, takes one for more of the list."""
    if entry.key not in ("anchors", "counters_per_class", "from", "layers", "mask"):
        return False
    # It stops at `#` in some of the lists, at `;` in none.
    stops = entry.key not in ("from", "layers") and (
        entry.key != "anchors" or section.type == "yolo"
    )
    return "," in entry.comment and (entry.comment.startswith(";") or not stops)
