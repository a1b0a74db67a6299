"""Annotations damaged at random, the same ones for the same seed."""

import io
import random
import re
import zipfile
from collections.abc import Callable

__all__ = ["mutated", "mutated_members", "mutated_text"]

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
    b"<x:name xmlns:x='u'>z</x:name>", b"<x:bndbox xmlns:x='u'>1</x:bndbox>",
    b"<name xmlns='u'>z</name>",
    b"<x:difficult xmlns:x='u'>1</x:difficult>", b"<x:object xmlns:x='u'/>", b"\xe2\x80\xa8",
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


_SIGNS = (
    b"\v", b"\f", b"\x1c", b"\x1d", b"\x1e", b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\r",
    b"\n", b"\r\n", b"\t", b" ", b"\0", b"\xff", b"\xef\xbb\xbf", b"_", b",", b"=", b"[", b"]",
    b"{", b"}", b'"', b":", b"#", b";", b"-", b".", b"1", b"e9", b"null", b"[yolo]\n",
    b"\xe7\x8c\xab", b"\x1b[2J",
)  # fmt: skip
_VALUE = re.compile(rb"[+-]?[0-9.]+")
_ROW = re.compile(rb"[^\n]*\n?")


def _sign(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(_SIGNS) + data[place + chance.choice((0, 0, 1)) :]


def _value(data: bytes, chance: random.Random) -> bytes:
    return _replaced(_VALUE, data, chance, chance.choice(_NUMBERS).encode())


def _row(data: bytes, chance: random.Random) -> bytes:
    rows = [found[0] for found in _ROW.finditer(data)]
    one, other = chance.randrange(len(rows)), chance.randrange(len(rows))
    what = chance.randrange(3)
    if what == 0:
        rows[one], rows[other] = rows[other], rows[one]
    elif what == 1:
        rows.insert(one, rows[other])
    else:
        del rows[one]
    return b"".join(rows)


def mutated_text(data: bytes, seed: int) -> bytes:
    """A file of lines, numbers and signs after one to four random damages."""
    chance = random.Random(seed)
    kinds = (_flip, _cut, _sign, _sign, _sign, _value, _value, _value, _row, _repeat)
    for _ in range(chance.choice((1, 1, 2, 4))):
        if not data:
            break
        data = chance.choice(kinds)(data, chance)
    return data


def mutated_members(data: bytes, seed: int) -> bytes:
    """A zip archive after random damage of its bytes, or of what its members hold."""
    chance = random.Random(seed)
    if chance.random() < 0.3:
        return chance.choice((_flip, _cut, _repeat))(data, chance)
    content = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(content, "w", chance.choice((0, 8))) as new,
    ):
        names = old.namelist()
        hit = set(chance.sample(names, chance.choice((1, 1, 2))))
        for name in names:
            member = old.read(name)
            if name in hit:
                what = chance.randrange(6)
                if what == 0:
                    continue
                if what == 1:
                    member = old.read(chance.choice(names))
                elif what == 2:  # an item of the array, of the size of most
                    place = 128 + 4 * chance.randrange(max(1, (len(member) - 128) // 4))
                    member = member[:place] + chance.randbytes(4) + member[place + 4 :]
                elif what == 3:
                    member = _replaced(
                        _VALUE, member, chance, str(chance.choice((0, 3, 10**10))).encode()
                    )
                else:
                    member = chance.choice((_flip, _cut, _repeat, _sign))(member, chance)
            new.writestr(name, member)
    return content.getvalue()
