"""Reads inputs that were damaged at random: `make fuzz`.

`python tests/fuzz.py KIND COUNT [SEED]` damages so many inputs of a kind and prints what became of
them. Whatever is in an input, it is read or named: nothing is lost, no error is a traceback, and
where there are a fast and a reference reader they agree.
"""

import io
import json
import math
import os
import re
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from cfgs import SHAPES
from command import run
from mutation import mutated, mutated_members, mutated_text

from anchorkit import Boxes, load_voc
from anchorkit.boxes import boxes_of
from anchorkit.errors import DataError
from anchorkit.load_report import Report
from anchorkit.loaders.coco import load_coco
from anchorkit.loaders.npz import load_boxes, save_boxes
from anchorkit.loaders.voc_file import UnreadableError, read_annotation
from anchorkit.loaders.voc_plain import read_plain
from anchorkit.loaders.yolo_file import read_labels, read_lines

__all__ = ["KINDS", "check_file", "check_folder", "check_labels", "fates_of", "seeds_of"]

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
    check_boxes(boxes)
    return report


def check_boxes(boxes: Boxes) -> None:
    """Every box is in (0, 1], and every object is accounted for."""
    report = boxes.report
    assert report.objects == len(boxes) + report.left_out
    assert not len(boxes) or (boxes.sizes.min() > 0 and boxes.sizes.max() <= 1)
    assert np.isfinite(boxes.sizes).all()
    assert boxes.sizes.prod(axis=1).min(initial=1) > 0


_LINE = re.compile(rb"\r\n|\r|\n")
_FIELD = re.compile(rb"[^ \t\v\f]+")
_NUMBER = re.compile(rb"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")


def plain_boxes(data: bytes) -> list[tuple[float, float]]:
    """Sides of the boxes of label lines that leave no doubt, by a reader as simple as can be."""
    sides = []
    for line in _LINE.split(data):
        fields = _FIELD.findall(line)
        if len(fields) < 5 or not re.fullmatch(rb"[0-9]{1,9}", fields[0]):
            continue
        if not all(_NUMBER.fullmatch(field) for field in fields[1:5]):
            continue
        x, y, width, height = map(float, fields[1:5])
        inside = min(x - width / 2, y - height / 2) >= 0 and max(x + width / 2, y + height / 2) <= 1
        if inside and min(width, height) > 1e-6:
            sides.append((width, height))
    return sides


def check_labels(data: bytes, folder: Path) -> str:
    """What becomes of a label file; fails where what is read hangs on the route or other lines."""
    path = folder / "labels.txt"
    path.write_bytes(data)
    found = read_labels([str(path)])
    widths, heights = (np.frombuffer(found[name]).tolist() for name in ("widths", "heights"))
    try:
        slow = read_lines(data)
    except UnreadableError as error:
        assert not widths, "the fast route reads what cannot be read"
        return error.reason
    assert (widths, heights) == (slow.widths, slow.heights), "two routes, two answers"
    left_out = sum(kind == "left_out" for _, _, _, kind in slow.faults)
    assert slow.objects == len(widths) + left_out
    # Each box that leaves no doubt is there, in the order of the file
    rest = iter(zip(widths, heights, strict=True))
    assert all(sides in rest for sides in plain_boxes(data.removeprefix(b"\xef\xbb\xbf")))
    # A line more, as bad as can be, takes nothing from the others
    beside = read_lines(b"0 .5 .5 .2 .2\nbad\n" + data.removeprefix(b"\xef\xbb\xbf"))
    assert beside.widths[1:] == widths
    return "boxes" if widths else "nothing but faults" if slow.objects else "empty"


def check_coco(data: bytes, folder: Path) -> str:
    """What becomes of a COCO file; fails where an annotation is neither box nor named."""
    path = folder / "instances.json"
    path.write_bytes(data)
    try:
        boxes = load_coco(path)
    except DataError as error:
        return "an error: " + ("JSON" if "JSON" in str(error) else "a list is missing")
    check_boxes(boxes)
    if b"\\u" not in data and data.count(b'"annotations"') == 1:
        try:
            document = json.loads(data.decode("utf-8-sig", "surrogateescape"))
        except ValueError:
            return "boxes of a doubtful document"
        assert boxes.report.objects == len(document["annotations"])
    return "boxes" if len(boxes) else "no boxes"


def check_saved(data: bytes, folder: Path) -> str:
    """What becomes of a file of boxes; fails where something impossible is taken from it."""
    path = folder / "boxes.npz"
    path.write_bytes(data)
    try:
        boxes = load_boxes(path, keep_sets=True)
    except DataError:
        return "an error"
    report = boxes.report
    assert report.objects == len(boxes) + report.left_out + report.filtered_total
    assert not len(boxes) or (boxes.sizes.min() > 0 and boxes.sizes.max() <= 1)
    assert not len(boxes) or (boxes.image_ids.min() >= 0 and boxes.image_ids.max() < boxes.images)
    assert not len(boxes) or boxes.class_ids.max() < len(boxes.class_names)
    assert len(set(boxes.class_names)) == len(boxes.class_names)
    sides = boxes.image_sizes[~np.isnan(boxes.image_sizes)]
    assert (sides > 0).all()
    assert np.isfinite(sides).all()
    assert min(report.files, report.images, report.hidden, *report.filtered.values(), 0) == 0
    return "boxes"


ANCHORS = "--anchors", "10,13, 16,30, 33,23, 30,61, 62,45, 59,119, 116,90, 156,198, 373,326"


def check_cfg(data: bytes, folder: Path) -> str:
    """What becomes of a cfg; fails where a command ends in anything but a result or one error."""
    path, few = folder / "net.cfg", folder / "few.npz"
    path.write_bytes(data)
    if not few.exists():
        boxes = boxes_of([(0.05 * n, 0.02 * n) for n in range(1, 13)])
        # As many classes as the cfgs have
        ids = np.arange(12, dtype=np.int32) % 2
        save_boxes(few, replace(boxes, class_ids=ids, class_names=("a", "b")))
    codes = []
    for words in (
        ["check", "--cfg", path, "--format", "json"],
        ["cost", "--cfg", path, "--format", "json"],
        ["evaluate", "--boxes", few, "--cfg", path, "--format", "json"],
        ["check", "--boxes", few, "--cfg", path, "--format", "json"],
        ["cluster", "--boxes", few, "--cfg", path, "--dry-run", "--format", "json"],
        ["apply", "--cfg", path, *ANCHORS, "--format", "json"],
    ):
        done = run(*words)
        assert done.code in (0, 1), (words[0], done)
        assert done.code or json.loads(done.out)
        assert done.code == 0 or done.err.splitlines()[-1].startswith("anchorkit: error: ")
        codes.append(done.code)
        if words[0] == "apply" and done.code == 0:
            # What was written can be read, says the same, and needs no second time
            again = run(*words)
            assert (again.code, json.loads(again.out)["changed"]) == (0, False), again
        elif path.read_bytes() != data:
            raise AssertionError(f"{words[0]} wrote into the cfg")
    names = ("check", "cost", "evaluate", "check with data", "cluster", "apply")
    failed = [name for name, code in zip(names, codes, strict=True) if code]
    return f"exit code 1 of {', '.join(failed)}" if failed else "fine"


def label_seeds() -> list[bytes]:
    """Label files of many kinds of line."""
    chance = np.random.RandomState(4)
    lines = ["0 .5 .5 .2 .3", "1 0.25 0.75 0.125 0.5", "12 0.5 0.5 1 1", "3 5e-1 .5 1e-2 2e-2"]
    for _ in range(40):
        x, y, width, height = chance.uniform(0.1, 0.6, 4)
        lines.append(f"{chance.randint(20)} {x:.6f} {y:.6f} {width / 2:.6f} {height / 2:.6f}")
    odd = ["1 .9 .5 .4 .5", "2 .5 .5 .2 .2 .1 .1 .9 .9", "0 100 200 30 40", "cat .5 .5 .2 .2"]
    ends = ["\n", "\r\n", "\n\n", " \n", "\r"]
    return [
        "".join(
            f"{kinds[chance.randint(len(kinds))]}{ends[number % len(ends)]}"
            for kinds in (odd if chance.rand() < 0.1 else lines for _ in range(number % 12 + 1))
        ).encode()
        for number in range(60)
    ]


def coco_seeds() -> list[bytes]:
    """COCO documents of several shapes."""
    chance = np.random.RandomState(5)
    seeds = []
    for number in range(30):
        images = [
            {
                "id": n if number % 3 else f"i{n}",
                "file_name": f"f/{n}.jpg",
                "width": 64,
                "height": 48,
            }
            for n in range(chance.randint(1, 6))
        ]
        notes = [
            {
                "id": n,
                "image_id": images[chance.randint(len(images))]["id"],
                "category_id": int(chance.randint(1, 4)),
                "bbox": [round(float(side), 2) for side in chance.uniform(1, 20, 4)],
                "iscrowd": int(chance.rand() < 0.1),
                "segmentation": [[1.5, 2, 3, 4, 5, 6]],
            }
            for n in range(chance.randint(1, 9))
        ]
        kinds = [{"id": n, "name": name} for n, name in enumerate(("cat", "Hündin", "猫"), 1)]
        document = {
            "info": {"year": 2017},
            "images": images,
            "annotations": notes,
            "categories": kinds,
        }
        text = json.dumps(
            document, ensure_ascii=bool(number % 2), indent=[None, 1][number % 5 == 0]
        )
        seeds.append(text.encode(("utf-8", "utf-8-sig", "utf-16")[number % 10 % 3]))
    return seeds


def saved_seeds() -> list[bytes]:
    """Files of boxes, with and without image sets and problems."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "boxes.npz")
        kept = load_voc(SAMPLE.parent, keep_sets=True)
        save_boxes(path, kept)
        seeds = [path.read_bytes()]
        save_boxes(path, kept.where(kept.class_ids % 2 == 0, "class"))
        seeds.append(path.read_bytes())
        content = io.BytesIO()
        with np.load(path) as columns:
            np.savez(content, **dict(columns))
        return [*seeds, content.getvalue()]


def cfg_seeds() -> list[bytes]:
    """Networks of every shape."""
    texts = [*SHAPES.values(), *(text.replace("\n", "\r\n") for text in SHAPES.values())]
    return [text.encode() for text in texts]


Damage = Callable[[bytes, int], bytes]
KINDS: dict[str, tuple[Callable[[], list[bytes]], Damage, Callable[[bytes, Path], str]]] = {
    "voc": (
        lambda: seeds_of(os.environ.get("ANCHORKIT_DATA")),
        mutated,
        lambda data, _: check_file(data),
    ),
    "yolo": (label_seeds, mutated_text, check_labels),
    "coco": (coco_seeds, mutated_text, check_coco),
    "boxes": (saved_seeds, mutated_members, check_saved),
    "cfg": (cfg_seeds, mutated_text, check_cfg),
}
"""For each kind what is damaged, how, and what must hold of it."""


def fates_of(kind: str, numbers: range) -> Counter[str]:
    """What became of the damaged inputs of these numbers; fails with the first that is lost."""
    make, damage, check = KINDS[kind]
    seeds = make()
    fates: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("error")
        for number in numbers:
            data = damage(seeds[number % len(seeds)], number)
            try:
                fates[check(data, Path(folder))] += 1
            except BaseException:
                print(f"{kind} {number}:\n{data!r:.5000}", file=sys.stderr)
                raise
    return fates


def folders_of(count: int, seed: int) -> Counter[str]:
    """Problems of folders of damaged annotations, read by several processes."""
    seeds = seeds_of(os.environ.get("ANCHORKIT_DATA"))
    reasons: Counter[str] = Counter()
    for first in range(0, count, 2000):
        numbers = range(first, min(first + 2000, count))
        with tempfile.TemporaryDirectory() as folder:
            for number in numbers:
                data = mutated(seeds[number % len(seeds)], seed * count + number)
                (Path(folder) / f"{number:06d}.xml").write_bytes(data)
            report = check_folder(Path(folder), len(numbers))
        reasons.update(problem.reason for problem in report.problems)
    return reasons


def main(kind: str, count: str, seed: str = "0") -> None:
    """Damage, read and check so many inputs of a kind."""
    number, first = int(count), int(seed) * int(count)
    started = time.process_time()
    found = {"became": fates_of(kind, range(first, first + number))}
    if kind == "voc":
        found["problems"] = folders_of(number, int(seed))
    spent = time.process_time() - started
    print(f"{number} damaged inputs, {kind}, seed {seed}: all accounted for, {math.ceil(spent)} s")
    for title, counts in found.items():
        print(f"\n{title}")
        for name, times in counts.most_common():
            print(f"  {times:7d}  {name}")


if __name__ == "__main__":
    main(*sys.argv[1:])
