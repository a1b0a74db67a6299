"""Files that cannot be renamed over: written where they are, and never without a copy."""

import errno
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from anchorkit import beside, in_place
from anchorkit.errors import WriteError
from anchorkit.files import write_atomically

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="rights of POSIX")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.cfg"
    path.write_bytes(b"old and long")
    return path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def refuse(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every rename fail, as that of a file which is mounted by itself does."""

    def replace(self: Path, target: Path) -> Path:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "replace", replace)


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EXDEV, errno.EPERM, errno.EACCES])
def test_what_cannot_be_renamed_over_is_written_in_place(
    number: int, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.stat().st_ino
    refuse(number, monkeypatch)
    said = write_atomically(file, b"new")
    assert (file.read_bytes(), file.stat().st_ino) == (b"new", before)
    assert said.startswith("written in place, as it cannot be replaced (")
    assert names(file.parent) == ["net.cfg"]


def test_a_full_disk_is_no_reason_to_write_in_place(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(errno.ENOSPC, monkeypatch)
    with pytest.raises(WriteError, match="cannot be written"):
        write_atomically(file, b"new")
    assert file.read_bytes() == b"old and long"


def test_a_new_file_is_never_written_in_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse(errno.EBUSY, monkeypatch)
    with pytest.raises(WriteError):
        write_atomically(tmp_path / "new.cfg", b"new")
    assert names(tmp_path) == []


def test_hard_links_stay_one_file(file: Path) -> None:
    other = file.with_name("other.cfg")
    os.link(file, other)
    said = write_atomically(file, b"new", expected=b"old and long")
    assert other.read_bytes() == b"new"
    assert other.samefile(file)
    assert "it has other names (hard links)" in said
    assert names(file.parent) == ["net.cfg", "other.cfg"]


def test_a_file_with_other_names_that_changed_since_is_left_alone(file: Path) -> None:
    os.link(file, file.with_name("other.cfg"))
    with pytest.raises(WriteError, match="changed since it was read"):
        write_atomically(file, b"new", expected=b"something else")
    assert file.read_bytes() == b"old and long"


@POSIX
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anywhere")
def test_a_file_in_a_folder_that_is_read_only_is_written(file: Path) -> None:
    file.parent.chmod(0o500)
    try:
        assert "written in place" in write_atomically(file, b"new")
        assert file.read_bytes() == b"new"
    finally:
        file.parent.chmod(0o700)


def test_the_copy_lies_in_the_temporary_folder_where_it_cannot_lie_beside(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path | None] = []
    own = tempfile.mkstemp

    def mkstemp(suffix: str, prefix: str, dir: Path | None = None) -> Any:  # noqa: A002
        made.append(dir)
        if dir is not None:
            raise PermissionError(errno.EACCES, "read-only")
        return own(suffix, prefix)

    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)
    copy = in_place.write_in_place(file, b"new", b"old and long")
    assert made == [file.parent, None]
    assert (file.read_bytes(), copy.exists()) == (b"new", False)


def test_a_write_that_fails_midway_says_where_the_copy_is(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []

    def fsync(number: int) -> None:
        synced.append(number)
        if len(synced) > 1:
            raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(WriteError, match=r"damaged .*; what it held is in ") as raised:
        in_place.write_in_place(file, b"new", b"old and long")
    copy = Path(str(raised.value).rpartition(" is in ")[2])
    assert copy.read_bytes() == b"old and long"
    assert beside.path_beside(file) != copy
