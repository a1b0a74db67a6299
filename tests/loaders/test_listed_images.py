"""What paths in a file mean, and the text files that hold them."""

from pathlib import Path

import pytest

from anchorkit.loaders.listed_images import Finder
from anchorkit.loaders.plain_text import decoded, lines_of, unquoted, utf8


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("")


def test_the_whole_path_comes_before_its_ends(tmp_path: Path) -> None:
    put(tmp_path, "list.txt", "data/obj/a.txt", "obj/a.txt")
    finder = Finder(tmp_path / "list.txt")
    assert finder.label("data/obj/a.jpg").endswith("data/obj/a.txt")
    assert finder.label("/x/y/obj/a.jpg").endswith(f"{tmp_path.name}/obj/a.txt")
    # A way that was found does not come before the path itself
    assert finder.label("data/obj/a.jpg").endswith("data/obj/a.txt")


@pytest.mark.parametrize("image", ["", "/", "../..", "a\0b.jpg", "x" * 5000, ".", "\\\\", "C:\\"])
def test_what_is_no_path_of_an_image_has_no_label(image: str, tmp_path: Path) -> None:
    put(tmp_path, "list.txt")
    assert Finder(tmp_path / "list.txt").label(image) == ""
    finder = Finder(tmp_path / "list.txt")
    assert finder.there(image) is None


def test_quotes_are_taken_off_in_pairs() -> None:
    assert [unquoted(text) for text in ("'a b'", '"a"', "'a", " a ", "''", "'")] == [
        "a b", "a", "'a", "a", "", "'",
    ]  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_lines_are_read_in_each_encoding(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("data/a.jpg\r\n\r\n  b c.jpg\n".encode(encoding))
    assert lines_of(tmp_path / "a.txt") == ["data/a.jpg", "b c.jpg"]


def test_bytes_that_are_no_text_stay_what_they_are() -> None:
    assert decoded(b"a\xff").encode("utf-8", "surrogateescape") == b"a\xff"
    assert utf8(b"\0\0\0\0") == b"\0\0\0\0"
