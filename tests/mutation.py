"""Annotations damaged at random, the same ones for the same seed."""

import random
import re
from collections.abc import Callable

__all__ = ["mutated"]

_NUMBERS = (
    "1e400", "nan", "inf", "-inf", "１２", "1_0", "0x10", "-5", "0", "", " 7 ", "1.5", "1,5",
    "99999999", "-0", "1e-320", "1e-9", ".5", "5.", "+3", "--1", "1-2", "\xa09", "1 2", "NaN",
    "9" * 400, "true", "&#49;", "1<!-- -->0", "<![CDATA[4]]>", "½",
)  # fmt: skip
_PIECES = (
    b"<!-- -->", b"<![CDATA[x]]>", b"<?pi x?>", b"&amp;", b"&nope;", b"\0", b"\xff\xfe",
    b"\xef\xbb\xbf", b"\xef\xbf\xbf", b"]]>", b"<object>", b"</object>", b"<object/>", b"<bndbox>",
    b"</bndbox>", b"<size/>", b"<part><bndbox><xmin>1</xmin></bndbox></part>", b"<name>dog</name>",
    b"<difficult>1</difficult>", b"<x:name>z</x:name>", b"<name lang='de'>Hund</name>", b"\x0c",
    b"<!DOCTYPE annotation [<!ENTITY a 'b'>]>", b"<?xml version='1.0' encoding='gbk'?>", b"\x85",
    b"<?xml version='1.0' encoding='utf-16'?>", b"<a>" * 30, b"<a></b>", b"text", b"\xd6\xd0", b">",
    b"<xmin>1</xmin>", b"<bndbox>1</bndbox>", b"<size><width>9</width><height>9</height></size>",
)  # fmt: skip
_TAG = re.compile(rb"</?[A-Za-z][^<>]*>")
_ELEMENT = re.compile(rb"<([a-z]+)>[^<]*</\1>")
_DIGITS = re.compile(rb"(?<=>)[^<>]*[0-9][^<>]*(?=<)")


def _flip(data: bytes, chance: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random) -> bytes:
    if chance.random() < 0.3:
        return data[: chance.randrange(len(data))]
    first = chance.randrange(len(data))
    return data[:first] + data[first + chance.randrange(1, 60) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    # Between two tags half of the time: there more of it is well-formed.
    places = [found.end() for found in _TAG.finditer(data)] or [0]
    place = chance.choice(places) if chance.random() < 0.5 else chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_PIECES) + data[place:]


def _replaced(pattern: re.Pattern[bytes], data: bytes, chance: random.Random, new: bytes) -> bytes:
    found = list(pattern.finditer(data))
    if not found:
        return data
    one = chance.choice(found)
    return data[: one.start()] + new + data[one.end() :]


def _number(data: bytes, chance: random.Random) -> bytes:
    return _replaced(_DIGITS, data, chance, chance.choice(_NUMBERS).encode())


def _tag(data: bytes, chance: random.Random) -> bytes:
    tags = _TAG.findall(data) or [b""]
    return _replaced(_TAG, data, chance, chance.choice((b"", chance.choice(tags))))


def _element(data: bytes, chance: random.Random) -> bytes:
    elements = [found[0] for found in _ELEMENT.finditer(data)] or [b""]
    return _replaced(_ELEMENT, data, chance, chance.choice((b"", chance.choice(elements))))


def _swap(data: bytes, chance: random.Random) -> bytes:
    found = list(_ELEMENT.finditer(data))
    if len(found) < 2:
        return data
    one, other = sorted(chance.sample(found, 2), key=lambda match: match.start())
    between = data[one.end() : other.start()]
    return data[: one.start()] + other[0] + between + one[0] + data[other.end() :]


def _repeat(data: bytes, chance: random.Random) -> bytes:
    first = chance.randrange(len(data))
    piece = data[first : first + chance.randrange(1, 400)]
    return data[:first] + piece + data[first:]


def _encoded(data: bytes, chance: random.Random) -> bytes:
    text = data.decode("utf-8", "replace")
    name = chance.choice(("utf-16", "utf-8-sig", "gbk", "latin-1", "utf-16-le", "utf-32"))
    declared = f"<?xml version='1.0' encoding='{name}'?>" if chance.random() < 0.5 else ""
    return (declared + text).encode(name, "replace")


_DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _cut, _insert, _insert, _number, _number, _number, _tag, _element, _swap, _swap, _repeat,
    _encoded,
)  # fmt: skip


def mutated(data: bytes, seed: int) -> bytes:
    """The data after one to four random damages."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not data:
            break
        data = chance.choice(_DAMAGES)(data, chance)
    return data
