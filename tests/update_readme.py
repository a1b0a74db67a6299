"""Run the commands that README.md and the manual show, and write what they print below them.

    python tests/update_readme.py [PAGE.md]...

In blocks fenced as `console`, a line `$ anchorkit ...` is a command (a backslash at its end
continues it) and what follows is its output, stdout and stderr together; `$ echo $?` is its exit
code. The commands of a page run one after the other in one folder that holds a copy of sample_voc
and of what lies in tests/readme. A command that cannot run there stands in a block of another
language, `sh`. What they draw into sample_voc/plots is kept.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

__all__ = ["PAGES", "Output", "prepared", "started", "updated"]

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "anchorkit" / "guide").glob("*.md"))]
Output = Callable[[Sequence[str], Path], tuple[int, str]]
"""What a command with these arguments ends with and prints when it runs in a folder."""

BLOCK = re.compile(r"(?<=^```console\n).*?(?=^```$)", re.MULTILINE | re.DOTALL)


def prepared(folder: Path) -> Path:
    """The folder, filled with the files that the commands of a page use."""
    shutil.copytree(ROOT / "sample_voc", folder / "sample_voc")
    if (ROOT / "tests" / "readme").is_dir():
        shutil.copytree(ROOT / "tests" / "readme", folder, dirs_exist_ok=True)
    return folder


def started(arguments: Sequence[str], folder: Path) -> tuple[int, str]:
    """The exit code and output of a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "anchorkit", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "COLUMNS": "80"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
    )
    return done.returncode, done.stdout


def updated(text: str, folder: Path, output: Output = started) -> str:
    """The text with every output as the commands print it when they run in a folder."""
    return BLOCK.sub(lambda match: _session(match.group(), folder, output), text)


def _session(block: str, folder: Path, output: Output) -> str:
    written: list[str] = []
    code, replaced = 0, False
    lines = iter(block.splitlines())
    for line in lines:
        if not line.startswith("$ "):
            if not replaced:
                written.append(line)
            continue
        command = [line]
        while command[-1].endswith("\\"):
            command.append(next(lines))
        written += command
        words = shlex.split(" ".join(part.rstrip("\\") for part in command)[2:], comments=True)
        replaced = words[0] == "anchorkit" or words == ["echo", "$?"]
        if words[0] == "anchorkit":
            code, printed = output(words[1:], folder)
            written += printed.splitlines()
        elif replaced:
            written.append(str(code))
    return "".join(f"{line}\n" for line in written)


if __name__ == "__main__":
    for page in [Path(name).absolute() for name in sys.argv[1:]] or PAGES:
        with tempfile.TemporaryDirectory() as name:
            text = updated(page.read_text(encoding="utf-8"), prepared(Path(name)))
            shutil.copytree(
                Path(name, "sample_voc", "plots"), ROOT / "sample_voc" / "plots", dirs_exist_ok=True
            )
        page.write_bytes(text.encode())
