"""The shell and the Python that the page on scale shows: parts made by others give the whole."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from annotations import voc_folder
from command import run

from anchorkit.guide import page

ROOT = Path(__file__).parent.parent
BLOCK = re.compile(r"^```(sh|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
XARGS = next(text for kind, text in BLOCK.findall(page("scale")) if "xargs" in text)
DASK = next(text for kind, text in BLOCK.findall(page("scale")) if "dask" in text)
SLURM = next(text for kind, text in BLOCK.findall(page("scale")) if "#SBATCH" in text)

posix = pytest.mark.skipif(sys.platform == "win32", reason="a shell of POSIX")


@pytest.fixture
def env(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A folder of three parts, the list of them, and `anchorkit` as a command."""
    monkeypatch.chdir(tmp_path)
    files = sorted((ROOT / "sample_voc" / "Annotations").glob("*.xml"))
    for number in range(3):
        part = {file.name: file.read_bytes() for file in files[number::3]}
        voc_folder(Path("parts", f"part {number}"), {**part})
    Path("shards.txt").write_text("".join(f"parts/part {number}\n" for number in range(3)))
    Path("bin").mkdir()
    command = Path("bin", "anchorkit")
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m anchorkit "$@"\n')
    command.chmod(0o755)
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def check_whole() -> None:
    """The parts give what the whole gives; a part that is missing is noticed."""
    files = sorted(map(str, Path("parts").glob("*.npz")))
    assert len(files) == 3
    words = ["-k", "5", "--format", "json", "--expect-images", "100"]
    whole = run("cluster", "--voc", ROOT / "sample_voc", *words)
    assert run("cluster", "--boxes", *files, *words).out == whole.out
    assert run("cluster", "--boxes", *files[1:], *words).code == 1


@posix
@pytest.mark.skipif(not shutil.which("xargs"), reason="needs xargs")
def test_parts_that_xargs_makes_give_the_whole(env: dict[str, str]) -> None:
    assert subprocess.run(["sh", "-c", XARGS], env=env, check=False).returncode == 0
    check_whole()


@posix
@pytest.mark.skipif(not shutil.which("xargs"), reason="needs xargs")
def test_a_part_that_fails_under_xargs_is_told_and_made_again_alone(env: dict[str, str]) -> None:
    Path("parts/part 1").rename("parts/gone")
    done = subprocess.run(["sh", "-c", XARGS], env=env, check=False, capture_output=True)
    assert done.returncode != 0
    assert b"parts/part 1: wanted a folder of VOC XML, found nothing there" in done.stderr
    Path("parts/gone").rename("parts/part 1")
    assert run("extract", "--voc", "parts/part 1", "-o", "parts/part 1.npz", "--quiet").code == 0
    check_whole()


@posix
def test_a_job_of_the_array_makes_the_part_of_its_line(env: dict[str, str]) -> None:
    for number in range(1, 4):
        job = {**env, "SLURM_ARRAY_TASK_ID": str(number), "SLURM_CPUS_PER_TASK": "1"}
        assert subprocess.run(["sh", "-c", SLURM], env=job, check=False).returncode == 0
    check_whole()


@posix
@pytest.mark.skipif(not importlib.util.find_spec("distributed"), reason="needs the group `scale`")
def test_parts_that_dask_makes_give_the_whole(env: dict[str, str]) -> None:
    Path("extract.py").write_text(DASK)
    done = subprocess.run([sys.executable, "extract.py"], env=env, check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    assert done.stdout.split()[-1] == b"2.npz"
    check_whole()
