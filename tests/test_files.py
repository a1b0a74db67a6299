import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anchorkit.errors import WriteError
from anchorkit.files import write_atomically

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="mode bits and links of POSIX")


def test_a_file_is_replaced_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "yolo.cfg"
    for content in (b"[net]\r\n", b"", b"\0\xff" * 5000):
        write_atomically(path, content)
        assert path.read_bytes() == content
        assert list(tmp_path.iterdir()) == [path]


@POSIX
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o755])
def test_the_mode_of_a_file_stays(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "yolo.cfg"
    path.write_bytes(b"old")
    path.chmod(mode)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == mode


@POSIX
def test_a_new_file_follows_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_atomically(tmp_path / "new", b"")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


@POSIX
def test_a_link_stays_a_link_and_its_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "real.cfg").write_bytes(b"old")
    (tmp_path / "link.cfg").symlink_to("real.cfg")
    write_atomically(tmp_path / "link.cfg", b"new")
    assert (tmp_path / "link.cfg").is_symlink()
    assert (tmp_path / "real.cfg").read_bytes() == b"new"


@POSIX
def test_a_device_is_written_to_not_replaced() -> None:
    write_atomically("/dev/null", b"new")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "yolo.cfg"
    path.write_bytes(b"old")

    def fail(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    place: Any = os if step == "fsync" else Path
    monkeypatch.setattr(place, step, fail)
    with pytest.raises(WriteError, match=r"yolo\.cfg: cannot be written \(No space left"):
        write_atomically(path, b"new")
    monkeypatch.undo()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="found a folder"):
        write_atomically(tmp_path, b"")
    with pytest.raises(WriteError, match=r"none.x: cannot be written \(No such file"):
        write_atomically(tmp_path / "none" / "x", b"")
    with pytest.raises(WriteError, match="cannot be written"):
        write_atomically("a\0b", b"")


def test_a_file_that_changed_since_it_was_read_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "yolo.cfg"
    path.write_bytes(b"theirs")
    with pytest.raises(WriteError, match=r"yolo\.cfg: changed since it was read"):
        write_atomically(path, b"ours", expected=b"read")
    assert path.read_bytes() == b"theirs"
    assert list(tmp_path.iterdir()) == [path]
    write_atomically(path, b"ours", expected=b"theirs")
    assert path.read_bytes() == b"ours"


def test_a_file_that_went_away_since_it_was_read_is_not_brought_back(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match="cannot be written"):
        write_atomically(tmp_path / "yolo.cfg", b"ours", expected=b"read")
    assert list(tmp_path.iterdir()) == []


@POSIX
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_the_owner_of_a_file_stays(tmp_path: Path) -> None:
    path = tmp_path / "yolo.cfg"
    path.write_bytes(b"old")
    os.chown(path, 1234, 2345)
    path.chmod(0o4750)
    write_atomically(path, b"new")
    found = path.stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (1234, 2345, 0o4750)


def test_what_a_killed_run_left_is_cleared_after_an_hour(tmp_path: Path) -> None:
    path = tmp_path / "yolo.cfg"
    old, young, other = (
        tmp_path / f".yolo.cfg.{name}.tmp" for name in ("0123456789abcdef", "f" * 16, "notes")
    )
    for leftover in (old, young, other):
        leftover.write_bytes(b"half")
    for leftover in (old, other):
        os.utime(leftover, (1e9, 1e9))
    write_atomically(path, b"new")
    assert sorted(tmp_path.iterdir()) == sorted([young, other, path])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_writes_killed_at_random_moments_damage_nothing() -> None:
    script = Path(__file__).with_name("killed_writes.py")
    done = subprocess.run(
        [sys.executable, str(script), "200"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("200 killed after ")
