import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anchorkit import beside
from anchorkit.beside import path_beside
from anchorkit.errors import WriteError
from anchorkit.files import write_atomically

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")


def test_a_file_that_another_run_is_writing_is_waited_for_and_not_touched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "yolo.cfg"
    monkeypatch.setattr(beside, "PATIENCE", 0.1)
    with beside.held_beside(path) as (held, number):
        os.write(number, b"theirs")
        with pytest.raises(WriteError, match="another run is writing it"):
            write_atomically(path, b"ours")
        assert held.read_bytes() == b"theirs"
    write_atomically(path, b"ours")
    assert list(tmp_path.iterdir()) == [path]


@POSIX
def test_where_files_cannot_be_locked_a_young_one_is_left_and_an_old_one_taken_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: Any) -> None:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr("fcntl.flock", unsupported)
    monkeypatch.setattr(beside, "PATIENCE", 0.1)
    path = tmp_path / "yolo.cfg"
    write_atomically(path, b"new")
    assert list(tmp_path.iterdir()) == [path]
    path_beside(path).write_bytes(b"half")
    with pytest.raises(WriteError, match="another run is writing it"):
        write_atomically(path, b"newer")
    os.utime(path_beside(path), (1e9, 1e9))
    write_atomically(path, b"newer")
    assert list(tmp_path.iterdir()) == [path]


WRITER = """
import sys
from anchorkit.files import write_atomically
for _ in range(50):
    write_atomically(sys.argv[1], sys.argv[2].encode() * 20000)
"""


def test_many_writers_at_once_leave_one_whole_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "yolo.cfg"
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(path), sign]) for sign in "abc"]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    assert path.read_bytes() in [sign * 20000 for sign in (b"a", b"b", b"c")]
    assert list(tmp_path.iterdir()) == [path]
