"""Loads annotations that were damaged at random: `make fuzz`.

Whatever is in a file, it contributes boxes, is an image without boxes, or is named; the fast route
gives what the reference reader gives; every box is in (0, 1]; every object is counted.
"""

import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import numpy as np
from mutation import mutated

from anchorkit import load_voc
from anchorkit.load_report import Report
from anchorkit.loaders.voc_file import UnreadableError, read_annotation
from anchorkit.loaders.voc_plain import read_plain

__all__ = ["check_file", "check_folder", "seeds_of"]

SAMPLE = Path(__file__).parent.parent / "sample_voc" / "Annotations"


def seeds_of(data: str | None) -> list[bytes]:
    """Annotations to damage: the sample's, and some of each real data set where there are any."""
    folders = [SAMPLE, *(sorted(Path(data).glob("*/Annotations")) if data else ())]
    files = [file for folder in folders for file in sorted(folder.rglob("*.xml"))[:400]]
    return [file.read_bytes() for file in files if file.stat().st_size < 100_000]


def check_file(data: bytes) -> str:
    """What becomes of a file; fails where the fast route differs from the reference reader."""
    plain = read_plain(data)
    try:
        found = read_annotation(data)
    except UnreadableError as error:
        assert plain is None, "the fast route reads what cannot be read"
        return error.reason
    assert plain is None or plain == found, "the fast route differs from the reference"
    left_out = sum(fault.kind == "left_out" for fault in found.faults)
    assert found.objects == len(found.labels) + left_out
    if plain is not None:
        return "plain"
    return "boxes" if found.labels else "only faulty objects" if found.objects else "no objects"


def check_folder(folder: Path, count: int, jobs: int | None = None) -> Report:
    """The report of a folder of damaged files, after looking that nothing was lost."""
    boxes = load_voc(folder, jobs=jobs)
    report = boxes.report
    assert report.files == count == report.images + report.count("unreadable")
    assert report.objects == len(boxes) + report.left_out
    assert not len(boxes) or (boxes.sizes.min() > 0 and boxes.sizes.max() <= 1)
    assert np.isfinite(boxes.sizes).all()
    assert boxes.sizes.prod(axis=1).min(initial=1) > 0
    return report


def main(count: int = 20_000, seed: int = 0) -> None:
    """Damage, load and check so many files."""
    seeds = seeds_of(os.environ.get("ANCHORKIT_DATA"))
    fates: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    slowest = 0.0
    batch = 2000
    for first in range(0, count, batch):
        numbers = range(first, min(first + batch, count))
        with tempfile.TemporaryDirectory() as folder:
            for number in numbers:
                data = mutated(seeds[number % len(seeds)], seed * count + number)
                (Path(folder) / f"{number:06d}.xml").write_bytes(data)
                started = time.perf_counter()
                try:
                    fates[check_file(data)] += 1
                except BaseException:
                    print(f"file {number} of seed {seed}:\n{data!r}", file=sys.stderr)
                    raise
                slowest = max(slowest, time.perf_counter() - started)
            report = check_folder(Path(folder), len(numbers))
        reasons.update(problem.reason for problem in report.problems)
    print(f"{count} damaged files of {len(seeds)} annotations, seed {seed}: all accounted for")
    for title, counts in (("files", fates), ("problems", reasons)):
        print(f"\n{title}")
        for name, number in counts.most_common():
            print(f"  {number:7d}  {name}")
    print(f"\nslowest file {slowest * 1000:.0f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
