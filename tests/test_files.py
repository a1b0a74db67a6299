import ast
import io
import os
import socket
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from anchorkit import files
from anchorkit.beside import path_beside
from anchorkit.errors import DataError, UsageError, WriteError
from anchorkit.files import check_file, open_file, read_file, write_atomically

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


def test_what_a_killed_run_left_is_taken_away_by_the_next(tmp_path: Path) -> None:
    path = tmp_path / "yolo.cfg"
    path_beside(path).write_bytes(b"half")
    other = tmp_path / ".yolo.cfg.notes"
    other.write_bytes(b"mine")
    write_atomically(path, b"new")
    assert sorted(tmp_path.iterdir()) == sorted([other, path])


@POSIX
def test_a_link_in_the_place_of_the_file_beside_is_not_followed(tmp_path: Path) -> None:
    path, other = tmp_path / "yolo.cfg", tmp_path / "theirs"
    other.write_bytes(b"theirs")
    path_beside(path).symlink_to(other)
    write_atomically(path, b"new")
    assert (path.read_bytes(), other.read_bytes()) == (b"new", b"theirs")
    assert sorted(tmp_path.iterdir()) == sorted([other, path])


@pytest.mark.parametrize("name", ["n" * 255, "名" * 85])
def test_the_longest_name_that_there_is_can_be_written(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    write_atomically(path, b"new")
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_writes_killed_at_random_moments_damage_nothing() -> None:
    script = Path(__file__).with_name("killed_writes.py")
    done = subprocess.run(
        [sys.executable, str(script), "200", "6"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    writers, runs = done.stdout.splitlines()
    assert writers.startswith("200 killed after ")
    assert runs.startswith("6 runs killed ")


@pytest.fixture
def special(tmp_path: Path) -> Iterator[dict[str, Path]]:
    """A path for each kind of thing that is no regular file."""
    os.mkfifo(tmp_path / "pipe")
    one = socket.socket(socket.AF_UNIX)
    one.bind(str(tmp_path / "s"))
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("pipe")
    yield {
        "a named pipe": tmp_path / "pipe",
        "a socket": tmp_path / "s",
        "a folder": tmp_path / "folder",
        "a device": Path("/dev/zero"),
        "nothing there": tmp_path / "none",
    }
    one.close()


@POSIX
def test_what_is_no_regular_file_is_refused_with_what_it_is(special: dict[str, Path]) -> None:
    for found, path in special.items():
        for refuse in (check_file, open_file, read_file):
            with pytest.raises(UsageError) as refused:
                refuse(path, "a cfg")
            assert str(refused.value) == f"{path}: wanted a cfg, found {found}"


@POSIX
def test_a_pipe_behind_a_link_is_refused_without_waking_its_writer(
    special: dict[str, Path], tmp_path: Path
) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-c", f"open({str(special['a named pipe'])!r}, 'wb').write(b'x')"],
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(20):
            with pytest.raises(UsageError, match="link: wanted a file, found a named pipe"):
                open_file(tmp_path / "link")
            with pytest.raises(subprocess.TimeoutExpired):
                writer.wait(0.01)
    finally:
        writer.kill()
        writer.wait()


@POSIX
def test_a_file_that_becomes_a_pipe_when_looked_at_is_not_waited_for(
    special: dict[str, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "stat", lambda _: os.fstat(0))
    monkeypatch.setattr("anchorkit.files._check_regular", _after_the_first())
    with pytest.raises(UsageError, match="found a named pipe"):
        read_file(special["a named pipe"])


def _after_the_first() -> Any:
    check = files._check_regular
    calls: list[os.stat_result] = []

    def checked(found: os.stat_result) -> None:
        calls.append(found)
        if len(calls) > 1:
            check(found)

    return checked


def test_a_name_that_no_file_can_have_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="found a name that no file can have"):
        read_file("a\0b")
    with pytest.raises(UsageError, match=r"found what cannot be read \(.+\)"):
        read_file(tmp_path / ("x" * 5000))


def test_more_bytes_than_allowed_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.cfg"
    path.write_bytes(b"x" * (1 << 20))
    assert len(read_file(path, "a cfg", most=1 << 20)) == 1 << 20
    with path.open("ab") as file:
        file.write(b"x")
    with pytest.raises(DataError, match=r"a\.cfg: wanted a cfg, found more than 1 MB"):
        read_file(path, "a cfg", most=1 << 20)


def test_a_dash_is_standard_input_only_where_that_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"10,13")))
    with pytest.raises(UsageError, match=r"^-: wanted a cfg, found standard input, which is not"):
        read_file("-", "a cfg")
    assert read_file("-", stdin=True) == b"10,13"
    Path("-").write_bytes(b"a file")
    assert read_file("-") == b"a file"


def test_no_module_opens_files_of_users_another_way() -> None:
    """One way to open: what a pipe or a device does to the others is mended in one place."""
    own = {
        ("files.py", "os.open"),  # the one way, and what is written beside a file
        ("beside.py", "os.open"),
        ("files.py", "os.fdopen"),
        ("files.py", "open"),
        ("in_place.py", "os.fdopen"),  # what is written, not what is read
        ("in_place.py", "open"),
        ("cli/__init__.py", "open"),  # /dev/null
        ("loaders/archive.py", "open"),  # a member of an archive that is open
        ("cli/__init__.py", "os.open"),
        ("guide/__init__.py", "read_text"),  # a page of the package
        ("reports/html/page.py", "read_text"),  # style and script of the package
    }
    package = Path(files.__file__).parent
    found = set()
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if not isinstance(node, ast.Call):
                continue
            name = ast.unparse(node.func)
            last = name.rpartition(".")[2]
            if last in {"open", "fdopen", "read_bytes", "read_text", "fromfile", "genfromtxt"}:
                called = name if name.startswith("os.") else last
                found.add((path.relative_to(package).as_posix(), called))
    assert found - own == set()
