"""One data set stored in every format: what each costs to read, beside VOC.

PYTHONPATH=tests python -m tests.benchmarks.every_format [--images 3000] [--rounds 5]
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from annotations import annotation, annotation_object
from stored import STORES, Image

from anchorkit.loaders import load
from anchorkit.loaders.npz import save_boxes

__all__ = ["every_format_table", "main"]

READ = """
import sys, time
from pathlib import Path
import numpy as np
from anchorkit.loaders import load
start = time.process_time()
boxes = load([(sys.argv[1], Path(sys.argv[2]))], jobs=1)
print(len(boxes), time.process_time() - start)
"""


def drawn(count: int) -> list[Image]:
    """Images with as many boxes as photographs have."""
    draw = random.Random(0)
    images = []
    for number in range(count):
        objects = []
        for _ in range(min(60, 1 + int(draw.expovariate(1 / 6)))):
            left, top = draw.randrange(500), draw.randrange(380)
            right, bottom = left + draw.randrange(8, 140), top + draw.randrange(8, 100)
            objects.append((f"class{draw.randrange(20)}", left, top, right, bottom))
        images.append(Image(f"{number:06d}", 640, 480, objects))  # type: ignore[arg-type]  # ints
    return images


def store_voc(images: list[Image], folder: Path) -> Path:
    (folder / "Annotations").mkdir(parents=True)
    for image in images:
        items = [annotation_object(corners, name) for name, *corners in image.objects]
        text = annotation(*items, size=(image.width, image.height))
        (folder / "Annotations" / f"{image.name}.xml").write_text(text, encoding="utf-8")
    return folder


def measured(loader: str, path: Path) -> tuple[int, float]:
    """How many boxes one process read, and its seconds of the processor."""
    words = [sys.executable, "-c", READ, loader, str(path)]
    count, seconds = subprocess.run(
        words, capture_output=True, text=True, check=True
    ).stdout.split()
    return int(count), float(seconds)


def every_format_table(folder: Path, images: int, rounds: int) -> str:
    """Seconds of the processor for each format, in turns; the median of the ratios to VOC."""
    data = drawn(images)
    sources = {"--voc": ("voc", store_voc(data, folder / "voc"))}
    for stored_as, (loader, store) in STORES.items():
        name = f"--{loader}" if stored_as == loader else f"--{loader} {stored_as}"
        sources[name] = loader, store(data, folder / name)
    save_boxes(folder / "boxes.npz", load([sources["--voc"]]))
    sources["--boxes"] = "boxes", folder / "boxes.npz"
    taken: dict[str, list[float]] = {name: [] for name in sources}
    boxes = set()
    for turn in range(rounds + 1):  # in the first the file cache is cold
        for name, source in sources.items():
            count, seconds = measured(*source)
            boxes.add(count)
            if turn:
                taken[name].append(seconds)
    assert len(boxes) == 1, boxes
    lines = [f"{images:,} images, {boxes.pop():,} boxes, one process", ""]
    for name, seconds_of in taken.items():
        ratio = statistics.median(
            one / other for one, other in zip(seconds_of, taken["--voc"], strict=True)
        )
        lines.append(f"{name:<18} {statistics.median(seconds_of):6.2f} s {ratio:6.2f}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("tests.benchmarks.every_format", description=__doc__)
    parser.add_argument("--images", type=int, default=3000)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as spare:
        print(every_format_table(Path(spare), given.images, given.rounds))


if __name__ == "__main__":
    main()
