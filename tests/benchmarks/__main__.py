"""Measure speed, quality and memory, and say on what machine: `make bench`.

python -m tests.benchmarks [DATA] [-k 5 -k 9] [--only clustering] [--quick]
"""

import argparse
import os
import platform
import sys
from pathlib import Path

import numpy as np

from .clustering import clustering_table
from .commands import commands_table
from .data import data_sets
from .formats import formats_tables
from .growth import COUNTS, growth_table
from .loading import command_table, largest_root, loading_table

SECTIONS = ("loading", "commands", "clustering", "growth", "formats")


def main(arguments: list[str] | None = None) -> None:
    given = _given(arguments)
    print(f"$ python -m tests.benchmarks {' '.join(arguments or sys.argv[1:])}".rstrip())
    print(_machine())
    if "loading" in given.only:
        runs = 2 if given.quick else 5
        with largest_root(given.data) as root:
            files = sum(1 for _ in (root / "Annotations").rglob("*.xml"))
            print(f"\nloading {files:,} annotation files, file cache warm\n")
            print(loading_table(root, runs=runs), end="\n\n", flush=True)
            print(command_table(root, runs=runs), flush=True)
    sets = data_sets(given.data)
    if not sets:
        sys.exit(f"{given.data}: wanted a VOC root, or a folder of some, found none")
    for name, sizes in sets.items():
        for k in given.k or [9]:
            if "clustering" in given.only and k < len(sizes):
                print(f"\n{name}: {len(sizes):,} boxes, k={k}, seeds 0 to {given.seeds - 1}\n")
                seeds = range(given.seeds)
                print(clustering_table(sizes, k, seeds=seeds, slow=not given.quick), flush=True)
    if "commands" in given.only:
        for name, sizes in sets.items():
            print(f"\n{name}: {len(sizes):,} boxes, k=9, whole commands, processor time\n")
            print(commands_table(sizes, 9, runs=2 if given.quick else 5), flush=True)
    if "growth" in given.only:
        name = max(sets, key=lambda one: len(sets[one]))
        counts = COUNTS[: 3 if given.quick else None]
        for update in ("median", "iou"):
            print(f"\ngrowth: boxes drawn from {name} with jitter, k=9, --update {update}\n")
            print(growth_table(sets[name], 9, update=update, counts=counts), flush=True)
    if "formats" in given.only:
        print(f"\n{formats_tables(10_000 if given.quick else 60_000)}", flush=True)


def _given(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("tests.benchmarks", description="Measure the search.")
    parser.add_argument(
        "data",
        nargs="?",
        type=Path,
        default=os.environ.get("ANCHORKIT_DATA"),
        help="a VOC root or a folder of them (default: ANCHORKIT_DATA, else sample_voc and "
        "synthetic boxes)",
    )
    parser.add_argument("-k", type=int, action="append", help="may be given several times (9)")
    parser.add_argument("--seeds", type=int, default=10, help="runs of each search (10)")
    parser.add_argument("--only", choices=SECTIONS, action="append", help="one table alone")
    parser.add_argument(
        "--quick", action="store_true", help="without the script that takes minutes, up to 10^6"
    )
    given = parser.parse_args(arguments)
    given.data = Path(given.data) if given.data else None
    given.only = given.only or list(SECTIONS)
    return given


def _machine() -> str:
    return (
        f"{_processor()}, {os.cpu_count()} processors, {platform.system()}; "
        f"Python {platform.python_version()}, numpy {np.__version__}"
    )


def _processor() -> str:
    listed = Path("/proc/cpuinfo")
    if listed.exists():
        for line in listed.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
