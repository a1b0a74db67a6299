"""Unlucky days, tried many times: `make trials`.

`python tests/trials.py interrupts 200`, `writers 100`, `full`, `locales` each print what was tried
and what became of it, and end with an error where something was lost, half written or said in a
traceback. They need Linux; `full` a file system that may be mounted, or else a limit of the size of
files; `locales` localedef.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cfgs import TINY

from anchorkit.beside import path_beside

SAMPLE = Path(__file__).parent.parent / "sample_voc"
CLUSTER = ["cluster", "--voc", str(SAMPLE), "--cfg", "net.cfg", "--augment", "none"]


def started(folder: Path, *words: str, **more: Any) -> subprocess.Popen[bytes]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **more}
    return subprocess.Popen([sys.executable, "-m", "anchorkit", *words], cwd=folder, **pipes)


def done(folder: Path, *words: str, **more: Any) -> tuple[int, bytes, bytes]:
    process = started(folder, *words, **more)
    out, err = process.communicate(timeout=300)
    return process.returncode, out or b"", err or b""


def check(fine: bool, what: object) -> None:
    if not fine:
        sys.exit(f"failed: {what}")


def check_alone(path: Path) -> None:
    """Only the file that was written, and at most the one that a killed run leaves."""
    left = [one for one in path.parent.iterdir() if one not in (path, path_beside(path))]
    check(not left, f"left behind: {left}")


def interrupts(times: str) -> None:
    """Interrupt whole runs at random moments: the cfg is whole, and hardly a word is said."""
    # A shell starts what runs beside it deaf to interrupts, and children inherit that
    signal.signal(signal.SIGINT, signal.default_int_handler)
    dice = random.Random(7)
    fates: Counter[str] = Counter()
    latest, last = 0.0, ""
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "net.cfg")
        path.write_text(TINY)
        begun = time.perf_counter()
        check(done(path.parent, *CLUSTER)[0] == 0, "the command itself")
        one_run = time.perf_counter() - begun
        new = path.read_bytes()
        for count in range(int(times)):
            path.write_text(TINY)
            seconds = dice.uniform(0, 0.15 if count % 2 else 1.1 * one_run)
            process = started(path.parent, *CLUSTER)
            time.sleep(seconds)
            process.send_signal(signal.SIGINT)
            _, err = process.communicate(timeout=60)
            said = err.decode()
            check(path.read_bytes() in (TINY.encode(), new), "the cfg is damaged")
            check_alone(path)
            if process.returncode == 0:
                fates["done before"] += 1
            elif process.returncode in (130, -signal.SIGINT) and all(
                line.startswith(("anchorkit: warning: ", "anchorkit: interrupted"))
                for line in said.splitlines()
            ):
                fates["interrupted, in one line or silence"] += 1
            else:
                # The interpreter loads anchorkit/__init__.py before anything of ours can catch
                lines = re.findall(r'File "(.*?)", line', said)
                ours = [line for line in lines if re.search(r"anchorkit.(?!__init__)", line)]
                fates[
                    "a traceback of " + ("ours" if ours else "the interpreter's start or end")
                ] += 1
                if ours or seconds > latest:
                    last = said
                latest = max(latest, seconds)
    print(f"{times} interrupts of a run of {one_run:.2f} s; the latest traceback at {latest:.3f} s")
    show(fates)
    print(f"\nthe latest, or one of ours:\n{last}" if last else "")


def writers(times: str) -> None:
    """Two runs write one cfg at once: it is that of one of them, and nobody is told a lie."""
    fates: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as name:
        path = Path(name, "net.cfg")
        # Whatever the other has written, each has something to write
        ways = [[f"--update={way}", "--min-gain", "-1"] for way in ("mean", "iou")]
        results = []
        for way in ways:
            path.write_text(TINY)
            check(done(path.parent, *CLUSTER, *way)[0] == 0, "the command itself")
            results.append(path.read_bytes())
        check(results[0] != results[1], "the two ways write the same")
        for _ in range(int(times)):
            path.write_text(TINY)
            both = [started(path.parent, *CLUSTER, *way) for way in ways]
            ended = [(process.communicate(timeout=120)[1], process.returncode) for process in both]
            codes = [code for _, code in ended]
            check(path.read_bytes() in results, "the cfg is neither's")
            check(list(path.parent.iterdir()) == [path], "something is left beside it")
            for (said, code), content in zip(ended, results, strict=True):
                if code == 0:
                    check(b"changed anchors" in said or b"nothing to change" in said, said)
                else:
                    check(code == 1 and b"changed since it was read" in said, said)
                    check(path.read_bytes() != content, "it was written after all")
            fates[
                "both, one after the other" if codes == [0, 0] else "one, the other was told"
            ] += 1
    print(f"{times} times two writers of one cfg")
    show(fates)


@contextmanager
def full_folder() -> Iterator[tuple[Path, dict[str, Any], bytes]]:
    """A folder without room, what a process needs for it, and what its errors say."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mount = ["mount", "-t", "tmpfs", "-o", "size=4k", "tmpfs", name]
        if subprocess.run(mount, check=False, capture_output=True).returncode == 0:
            try:
                yield folder, {}, b"No space left on device"
            finally:
                subprocess.run(["umount", name], check=True)
            return
        import resource

        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))

        yield folder, {"preexec_fn": limit}, b"File too large"


def full() -> None:
    """Every output onto a full disk: one error, exit code 1, nothing half written."""
    data = ["--voc", str(SAMPLE)]
    forms = ("darknet", "yolov5", "mmdet", "mmyolo", "paddle", "keras", "tao", "matlab", "csv")
    anchors = ["--anchors", "10,13, 16,30, 33,23, 30,61, 62,45, 59,119"]
    outputs = [
        *(["cluster", *data, "-k", "6", "--plot", f"p.{kind}"] for kind in ("png", "svg", "pdf")),
        ["cluster", *data, "-k", "6", "--plot", "plots"],
        *(
            ["cluster", *data, "-k", "6", "--strides", "8,16", "--export", f"{form}:e"]
            for form in forms
        ),
        ["cluster", *data, "--cfg", "CFG", "--cfg-output", "o.cfg"],
        ["apply", *anchors, "--cfg", "CFG", "--cfg-output", "o.cfg"],
        ["sweep", *data, "-k", "1-3", "--plot", "s.png"],
        ["extract", *data, "-o", "b.npz"],
        ["plot", *data, "-o", "p.png"],
        ["cluster", *data, "-k", "6", "--tensorboard", "board"],
    ]
    with full_folder() as (folder, more, reason), tempfile.TemporaryDirectory() as room:
        cfg = Path(room, "net.cfg")
        cfg.write_text(TINY)
        limited = bool(more)
        if not limited:  # nothing is free any more, not even for an export of a few bytes
            for size in (4096, 1):
                with (
                    (folder / f"filler{size}").open("wb", buffering=0) as filler,
                    suppress(OSError),
                ):
                    while True:
                        filler.write(b"x" * size)
        before = {path.name for path in folder.iterdir()}
        for words in outputs:
            code, _, err = done(
                folder, *(str(cfg) if word == "CFG" else word for word in words), **more
            )
            last = err.splitlines()[-1] if err else b""
            small = limited and code == 0
            check(small or (code == 1 and reason in last), (words, code, err))
            check(b"Traceback" not in err, err)
            if not limited:
                left = [path for path in folder.rglob("*") if path.is_file()]
                left = [path for path in left if path.name not in before and path.stat().st_size]
                check(not left, f"{words}: {left}")
        streams = 0
        for stream in ("stdout", "stderr"):
            for words in (
                ["cluster", *data, "-k", "3"],
                ["inspect", *data],
                ["check", "--cfg", str(cfg)],
            ):
                with Path("/dev/full").open("w") as disk:
                    code, _, err = done(folder, *words, **{stream: disk})
                check(b"Traceback" not in err, err)
                check(
                    stream == "stderr" or (code == 1 and b"No space left" in err),
                    (words, code, err),
                )
                streams += 1
    how = "files limited to 100 bytes" if limited else "a disk of 4 kB, full"
    print(
        f"{len(outputs)} outputs ({how}), {streams} streams: one error each, nothing half written"
    )


def locales() -> None:
    """The same bytes in every locale."""
    commands = [
        ["cluster", "--voc", str(SAMPLE), "-k", "5"],
        ["cluster", "--voc", str(SAMPLE), "-k", "5", "--format", "json"],
        ["inspect", "--voc", str(SAMPLE), "--format", "markdown"],
        [
            "apply",
            "--cfg",
            "net.cfg",
            "--dry-run",
            "--anchors",
            "1.5,2.5, 3,4, 5,6, 7,8, 9,9, 10,12",
        ],
        ["check", "--cfg", "net.cfg"],
        ["cost", "--cfg", "net.cfg"],
        ["inspect", "--voc", "none ü ı"],
        ["cluster", "--help"],
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "net.cfg").write_text(TINY)
        places = {"C": "C", "C.UTF-8": "C.UTF-8"}
        for locale in ("tr_TR", "de_DE"):
            making = ["localedef", "-i", locale, "-f", "UTF-8", str(folder / f"{locale}.UTF-8")]
            made = shutil.which("localedef") and subprocess.run(
                making, check=False, capture_output=True
            )
            if made and (folder / f"{locale}.UTF-8").exists():
                places[locale] = f"{locale}.UTF-8"
        for words in commands:
            answers = {}
            for locale, value in places.items():
                env = {**os.environ, "LC_ALL": value, "LOCPATH": name, "PYTHONUTF8": "0"}
                answers[locale] = done(folder, *words, env=env)
            # What C cannot show is escaped on its screen
            first, *others = [(code, out) for code, out, _ in answers.values()]
            check(all(other == first for other in others), (words, answers))
    print(f"{len(commands)} commands in {', '.join(places)}: the same bytes")


def show(fates: Counter[str]) -> None:
    for fate, count in fates.most_common():
        print(f"  {count:5d}  {fate}")


TRIALS: dict[str, Callable[..., None]] = {
    "interrupts": interrupts,
    "writers": writers,
    "full": full,
    "locales": locales,
}

if __name__ == "__main__":
    TRIALS[sys.argv[1]](*sys.argv[2:])
