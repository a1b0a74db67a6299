"""Loading against what others do, above the floor of reading the bytes; and starting up."""

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from xml.parsers.expat import ParserCreate

import xmltodict

from anchorkit.arguments import processors
from anchorkit.loaders.voc import load_voc
from anchorkit.reports.tables import text_table

from .data import SAMPLE, roots

__all__ = ["command_table", "largest_root", "loading_table"]

SCRIPT = "usual script, ElementTree and findtext"
XMLTODICT = "script with xmltodict"
COPIES = 50


@contextmanager
def largest_root(folder: Path | None) -> Iterator[Path]:
    """The VOC root with the most annotations in a folder; None: sample_voc, fifty times over."""
    with tempfile.TemporaryDirectory() as spare:
        if folder is None:
            copies = Path(spare) / "Annotations"
            for copy in range(COPIES):
                shutil.copytree(SAMPLE / "Annotations", copies / str(copy))
            yield Path(spare)
        else:
            yield max(roots(folder, Path(spare)), key=lambda root: len(_files(root)))


def _files(root: Path) -> list[str]:
    return sorted(str(path) for path in (root / "Annotations").rglob("*.xml"))


def read_bytes(files: Sequence[str]) -> None:
    for file in files:
        with open(file, "rb") as opened:  # noqa: PTH123 - as a script would
            opened.read()


def bare_expat(files: Sequence[str]) -> None:
    for file in files:
        with open(file, "rb") as opened:  # noqa: PTH123 - as a script would
            ParserCreate().Parse(opened.read(), True)


def usual_script(files: Sequence[str]) -> list[tuple[float, float]]:
    """Widths and heights as the scripts that people copy from each other read them."""
    found = []
    for file in files:
        tree = ET.parse(file)
        width = float(tree.findtext("./size/width") or 0)
        height = float(tree.findtext("./size/height") or 0)
        for item in tree.iter("object"):
            xmin = float(item.findtext("bndbox/xmin") or 0)
            ymin = float(item.findtext("bndbox/ymin") or 0)
            xmax = float(item.findtext("bndbox/xmax") or 0)
            ymax = float(item.findtext("bndbox/ymax") or 0)
            found.append(((xmax - xmin) / width, (ymax - ymin) / height))
    return found


def with_xmltodict(files: Sequence[str]) -> list[tuple[float, float]]:
    found = []
    for file in files:
        with open(file, "rb") as opened:  # noqa: PTH123 - as a script would
            image = xmltodict.parse(opened.read(), force_list=("object",))["annotation"]
        width, height = float(image["size"]["width"]), float(image["size"]["height"])
        for item in image.get("object") or ():
            box = item["bndbox"]
            across, down = (
                float(box[f"{axis}max"]) - float(box[f"{axis}min"]) for axis in ("x", "y")
            )
            found.append((across / width, down / height))
    return found


def _in_turn(runs: int, tasks: Mapping[str, Callable[[], object]]) -> dict[str, list[float]]:
    """Seconds of each task, all of them once a round: what slows the machine slows them alike."""
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for round_ in range(runs + 1):
        for name, task in tasks.items():
            started = time.perf_counter()
            task()
            if round_:  # the first warms the file cache
                seconds[name].append(time.perf_counter() - started)
    return seconds


def _ratio(seconds: Mapping[str, Sequence[float]], name: str, other: str) -> str:
    """The median of the ratios round by round."""
    pairs = zip(seconds[name], seconds[other], strict=True)
    return f"{statistics.median(one / two for one, two in pairs):.2f}"


def loading_table(root: Path, *, runs: int = 5) -> str:
    """Seconds to load a VOC root in each way, and ratios to the scripts and to the floor."""
    files = _files(root)
    jobs = processors()
    ours = [f"anchorkit, {count} process{'es' * (count > 1)}" for count in sorted({1, jobs})]
    floor = "floor: reading and bare expat"
    tasks: dict[str, Callable[[], object]] = {
        "floor: reading the bytes": lambda: read_bytes(files),
        floor: lambda: bare_expat(files),
        SCRIPT: lambda: usual_script(files),
        XMLTODICT: lambda: with_xmltodict(files),
        **{
            name: lambda count=count: load_voc(root, jobs=count)  # type: ignore[misc]  # bound now
            for name, count in zip(ours, sorted({1, jobs}), strict=True)
        },
    }
    seconds = _in_turn(runs, tasks)
    rows = [
        [
            name,
            f"{statistics.median(found):.3f}",
            *(_ratio(seconds, name, other) for other in (SCRIPT, XMLTODICT, floor)),
        ]
        for name, found in seconds.items()
    ]
    columns = ["loading", "seconds", "of script", "of xmltodict", "of floor"]
    return text_table(columns, rows, left=["loading"])


def command_table(root: Path, *, runs: int = 5) -> str:
    """Seconds of whole commands, each beside the one it is measured against."""
    python, program = [sys.executable, "-c"], [sys.executable, "-m", "anchorkit"]
    with tempfile.TemporaryDirectory() as folder:
        saved, ten = Path(folder) / "boxes.npz", Path(folder) / "ten"
        ten.mkdir()
        for file in _files(root)[:10]:
            shutil.copy(file, ten)
        subprocess.run([*program, "extract", "--quiet", "--voc", root, "-o", saved], check=True)
        cluster = [*program, "cluster", "--quiet", "-k"]
        commands: dict[str, Sequence[str | Path]] = {
            "cluster --voc": [*cluster, "9", "--voc", root],
            "cluster --boxes": [*cluster, "9", "--boxes", saved],
            "anchorkit --version": [*program, "--version"],
            "import click": [*python, "import click"],
            "cluster on ten files": [*cluster, "2", "--voc", ten],
            "import numpy": [*python, "import numpy"],
        }
        seconds = _in_turn(
            runs,
            {
                name: lambda command=command: subprocess.run(  # type: ignore[misc]  # bound now
                    command,
                    check=True,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                for name, command in commands.items()
            },
        )
    names = list(seconds)
    rows = [
        [
            name,
            f"{statistics.median(seconds[name]):.3f}",
            other,
            f"{statistics.median(seconds[other]):.3f}",
            _ratio(seconds, name, other),
        ]
        for name, other in zip(names[::2], names[1::2], strict=True)
    ]
    columns = ["command", "seconds", "against", "its seconds", "ratio"]
    return text_table(columns, rows, left=["command", "against"])
