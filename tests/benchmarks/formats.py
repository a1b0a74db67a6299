"""Loading YOLO labels and COCO files, beside a plain loop and `json.load`.

python -m tests.benchmarks.formats [--files 60000] [--images 100000] [--rounds 3]
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

__all__ = ["coco_table", "formats_tables", "main", "yolo_table"]

LOOP = """
rows = []
for folder, _, names in os.walk(sys.argv[1]):
    for name in sorted(names):
        with open(os.path.join(folder, name)) as file:
            for line in file:
                fields = line.split()
                if len(fields) == 5:
                    rows.append((int(fields[0]), *map(float, fields[1:])))
result = len(np.array(rows))
"""
OURS = """
from anchorkit.loaders.yolo import load_yolo
result = len(load_yolo(sys.argv[1], jobs={jobs}))
"""
COCO = """
from anchorkit.loaders.coco import load_coco
result = len(load_coco(sys.argv[1]))
"""
JSON = """
import json
with open(sys.argv[1]) as file:
    result = len(json.load(file)["annotations"])
"""
HEAD = "import os, resource, sys, time\nimport numpy as np\nstart = time.perf_counter()\n"
TAIL = """
used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(result, time.perf_counter() - start, used)
"""


def measured(code: str, path: Path) -> tuple[int, float, float]:
    """What a program counted, its seconds (numpy loaded before), and its peak memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", HEAD + code + TAIL, str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    count, seconds, used = done.stdout.split()
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return int(count), float(seconds), float(used) / unit


def write_labels(folder: Path, files: int) -> None:
    """Label files in folders of a thousand, with as many boxes as photographs have."""
    draw = random.Random(0)
    for number in range(files):
        if number % 1000 == 0:
            (folder / f"{number // 1000:03d}").mkdir(parents=True)
        lines = []
        for _ in range(min(60, 1 + int(draw.expovariate(1 / 6)))):
            width, height = draw.uniform(0.01, 0.5), draw.uniform(0.01, 0.5)
            x, y = draw.uniform(width / 2, 1 - width / 2), draw.uniform(height / 2, 1 - height / 2)
            lines.append(f"{draw.randrange(80)} {x:.6f} {y:.6f} {width:.6f} {height:.6f}\n")
        (folder / f"{number // 1000:03d}" / f"{number:06d}.txt").write_text("".join(lines))


def write_coco(path: Path, images: int) -> None:
    """A file like COCO's own: eight objects an image, each with a polygon of twenty points."""
    draw = random.Random(0)
    with path.open("w") as file:
        file.write('{"info": {}, "images": [')
        for number in range(images):
            image = {
                "license": 3,
                "file_name": f"{number:012d}.jpg",
                "height": 427,
                "width": 640,
                "date_captured": "2013-11-14 16:28:13",
                "id": number,
            }
            file.write((", " if number else "") + json.dumps(image))
        file.write('], "annotations": [')
        for number in range(8 * images):
            x, y = draw.uniform(0, 300), draw.uniform(0, 200)
            item = {
                "segmentation": [[round(draw.uniform(0, 400), 2) for _ in range(40)]],
                "area": round(x * y, 2),
                "iscrowd": 0,
                "image_id": number // 8,
                "bbox": [round(x, 2), round(y, 2), round(x / 2 + 9, 2), round(y / 2 + 9, 2)],
                "category_id": 1 + number % 80,
                "id": number,
            }
            file.write((", " if number else "") + json.dumps(item))
        categories = [{"id": number, "name": f"class {number}"} for number in range(1, 81)]
        file.write(f'], "categories": {json.dumps(categories)}}}')


def yolo_table(folder: Path, files: int, rounds: int) -> str:
    """Seconds of each way to load label files, taken in turns; the ratio of each pair's medians."""
    jobs = min(2, os.cpu_count() or 1)
    programs = {
        "plain loop, 1 process": LOOP,
        "anchorkit, 1 process": OURS.format(jobs=1),
        f"anchorkit, {jobs} processes": OURS.format(jobs=jobs),
    }
    write_labels(folder, files)
    measured(LOOP, folder)  # the file cache is warm from here on
    taken: dict[str, list[float]] = {name: [] for name in programs}
    boxes = set()
    for _ in range(rounds):
        for name, code in programs.items():
            count, seconds, _ = measured(code, folder)
            boxes.add(count)
            taken[name].append(seconds)
    assert len(boxes) == 1, boxes
    loop = taken["plain loop, 1 process"]
    lines = [f"{files:,} label files, {boxes.pop():,} boxes", ""]
    for name, seconds_of in taken.items():
        ratio = statistics.median(a / b for a, b in zip(seconds_of, loop, strict=True))
        lines.append(f"{name:<26} {statistics.median(seconds_of):7.2f} s {ratio:7.2f}")
    return "\n".join(lines)


def coco_table(path: Path, images: int, rounds: int) -> str:
    """Seconds and peak memory of loading a COCO file, beside `json.load` alone."""
    write_coco(path, images)
    taken: dict[str, list[tuple[float, float]]] = {"json.load alone": [], "anchorkit": []}
    for _ in range(rounds):
        for name, code in (("json.load alone", JSON), ("anchorkit", COCO)):
            _, seconds, used = measured(code, path)
            taken[name].append((seconds, used))
    size = path.stat().st_size / 2**20
    lines = [f"COCO file of {size:,.0f} MB, {images:,} images, {8 * images:,} objects", ""]
    alone = taken["json.load alone"]
    for name, runs in taken.items():
        ratio = statistics.median(run[0] / one[0] for run, one in zip(runs, alone, strict=True))
        seconds = statistics.median(run[0] for run in runs)
        used = max(run[1] for run in runs)
        lines.append(f"{name:<26} {seconds:7.2f} s {ratio:7.2f} {used:8,.0f} MB at most")
    return "\n".join(lines)


def formats_tables(files: int, images: int = 0, rounds: int = 3) -> str:
    """Both tables, for so many label files and images of a COCO file (as many more, if 0)."""
    with tempfile.TemporaryDirectory() as spare:
        labels = yolo_table(Path(spare, "labels"), files, rounds)
        coco = coco_table(Path(spare, "instances.json"), images or files * 5 // 3, rounds)
    return f"{labels}\n\n{coco}"


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser("tests.benchmarks.formats", description=__doc__)
    parser.add_argument("--files", type=int, default=60_000)
    parser.add_argument("--images", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    print(formats_tables(given.files, given.images, given.rounds))


if __name__ == "__main__":
    main()
