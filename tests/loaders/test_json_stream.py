import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anchorkit.errors import DataError
from anchorkit.loaders import json_stream
from anchorkit.loaders.json_stream import members

scalars = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=20,
)


@pytest.fixture(autouse=True)
def small_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every few characters a window ends, so that it ends everywhere."""
    monkeypatch.setattr(json_stream, "CHUNK", 7)


def put_together(stream: Iterator[json_stream.Member]) -> dict[str, Any]:
    document: dict[str, Any] = {}
    for key, number, value in stream:
        if number is None:
            document[key] = value
        elif number == 0:
            document[key] = []
        else:
            document[key].append(value)
            assert len(document[key]) == number
    return document


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.text(max_size=5), values, max_size=4),
    st.sampled_from([None, 1]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    st.booleans(),
)
def test_members_put_together_are_the_document(
    tmp_path_factory: pytest.TempPathFactory,
    document: dict[str, Any],
    indent: int | None,
    encoding: str,
    plain: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "stream.json"
    text = json.dumps(document, indent=indent, ensure_ascii=plain)
    path.write_bytes(text.encode(encoding, "surrogatepass"))
    if not plain:  # lone surrogates cannot be written
        document = json.loads(text.encode(encoding, "surrogatepass").decode(encoding, "replace"))
    assert put_together(members(path)) == document


def test_a_number_is_not_taken_for_whole_at_the_end_of_a_window(tmp_path: Path) -> None:
    path = tmp_path / "numbers.json"
    for blanks in range(12):
        path.write_text('{"a":' + " " * blanks + "[1234567890, -0.125e2]}")
        assert put_together(members(path)) == {"a": [1234567890, -12.5]}


def test_every_cut_of_a_document_is_told(tmp_path: Path) -> None:
    text = '{"images": [{"id": 1, "file_name": "a.jpg"}, 12.5, true], "info": {"year": 2026}} '
    path = tmp_path / "cut.json"
    for length in range(1, len(text) - 1):
        path.write_text(text[:length])
        with pytest.raises(DataError, match=r"cut\.json: not well-formed JSON: ends in the middle"):
            list(members(path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "found an empty file"),
        (" \n", "found an empty file"),
        ("[1]", "wanted a JSON object, found a list"),
        ('{"a": 1} {', "more text after the end of the object"),
        ("{}x", "more text after the end of the object"),
        ("<html>", "found text that begins with '<'"),
        ('{"a": [1 2]}', "wanted a comma after element 1 of 'a' (about byte 9 of 12)"),
        ('{"a": 1 "b": 2}', "wanted a comma after the value of 'a'"),
        ('{"a" 1}', "wanted a colon after 'a'"),
        ("{a: 1}", "wanted a key"),
        ('{"a": 1,}', "wanted a key"),
        ('{"a": [' + "[" * 100_000 + "]" * 100_000 + "]}", "lists within lists"),
        ('{"a": [{"x" 1}' + ", 2" * 1000 + "]}", "delimiter (about byte 12 of"),
    ],
)
def test_what_is_no_json_is_told_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.json"
    path.write_text(text)
    with pytest.raises(DataError) as caught:
        list(members(path))
    assert message in str(caught.value)


def test_an_error_is_told_without_reading_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_stream, "CHUNK", 1000)
    path = tmp_path / "bad.json"
    path.write_text('{"a": [{"x" 1}, ' + "2, " * 100_000 + "3]}")
    read = []
    more = json_stream._Text.more

    def counted(text: json_stream._Text) -> bool:
        read.append(text.read)
        return more(text)

    monkeypatch.setattr(json_stream._Text, "more", counted)
    with pytest.raises(DataError, match="delimiter"):
        list(members(path))
    assert len(read) <= 2
