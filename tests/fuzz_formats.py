"""Loads files of each format that were damaged at random, against readers written apart.

`make fuzz`, or `python tests/fuzz_formats.py COUNT [SEED]`. Whatever is in a file, every object of
it is a box or is counted and named, and what a plain reader calls a box is one.
"""

import json
import random
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from anchorkit.boxes import Boxes
from anchorkit.errors import AnchorkitError, DataError
from anchorkit.loaders.coco import load_coco
from anchorkit.loaders.darknet_data import load_darknet_data
from anchorkit.loaders.keras_list import load_keras_list
from anchorkit.loaders.kitti import load_kitti, read_kitti
from anchorkit.loaders.voc_file import UnreadableError
from anchorkit.loaders.yolo_file import read_lines

__all__ = ["CHECKS"]

NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
_VALUES = (
    "nan", "inf", "-inf", "1e400", "-5", "0", "1", "0.5", ".5", "5.", "1_0", "0x1", "１", "", " ",
    "1e-9", "99999999", "true", "null", '"7"', "[]", "{}", "-0", "1,5", "½", "\x00", "car", "1 2",
)  # fmt: skip
_PIECES = (
    "\n",
    "\r\n",
    "\t",
    " ",
    ",",
    '"',
    "{",
    "}",
    "[",
    "]",
    "\x0b",
    "\u2028",
    "#",
    "=",
    "\\",
    "\ufeff",
)


def damaged(text: str, seed: int, kinds: int = 6) -> bytes:
    """A text after one to four random damages, in some encoding."""
    chance = random.Random(seed)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.randrange(len(text) + 1)
        kind = chance.randrange(kinds)
        if kind == 0:
            text = text[:at] + chance.choice(_PIECES) + text[at:]
        elif kind == 1:
            text = text[:at] + text[at + chance.randrange(1, 40) :]
        elif kind == 2:
            text = text[:at] + text[at : at + chance.randrange(1, 60)] + text[at:]
        elif kind == 3:
            text = text[:at]
        else:
            numbers = list(re.finditer(r"[0-9.]+", text))
            if numbers:
                one = chance.choice(numbers)
                text = text[: one.start()] + chance.choice(_VALUES) + text[one.end() :]
    encoding = chance.choice(("utf-8",) * 12 + ("utf-8-sig", "utf-16", "utf-16-le", "latin-1"))
    data = text.encode(encoding, "replace")
    if chance.random() < 0.1 and data:
        place = chance.randrange(len(data))
        data = data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]
    return data


def accounted(boxes: Boxes) -> str:
    report = boxes.report
    assert report.objects == len(boxes) + report.left_out + report.filtered_total
    assert boxes.centres is not None
    assert len(boxes.centres) == len(boxes.sizes) == len(boxes.class_ids) == len(boxes.image_ids)
    assert not len(boxes) or (boxes.sizes.min() > 0 and boxes.sizes.max() <= 1)
    assert not len(boxes) or (boxes.centres.min() >= 0 and boxes.centres.max() <= 1)
    return "boxes" if len(boxes) else "faulty objects" if report.objects else "no objects"


def _number(text: str) -> float | None:
    return float(text) if NUMBER.fullmatch(text) and abs(float(text)) < float("inf") else None


def _is_utf8(data: bytes) -> bool:
    return data[:2] not in (b"\xff\xfe", b"\xfe\xff") and b"\0" not in data


def picture(path: Path) -> None:
    """An image of 640 x 480, where something is there to make one."""
    with suppress(ImportError):
        from PIL import Image

        if not path.exists():
            Image.new("L", (640, 480)).save(path)


def check_yolo(seed: int, folder: Path) -> str:
    chance = random.Random(seed)
    lines = [
        f"{chance.randrange(9)} {chance.uniform(0.3, 0.7):.6f} {chance.uniform(0.3, 0.7):.6f} "
        f"{chance.uniform(0.01, 0.5):.6f} {chance.uniform(0.01, 0.5):.6f}"
        + "".join(f" {chance.random():.4f}" for _ in range(chance.choice((0, 0, 0, 1, 4, 10))))
        for _ in range(chance.randrange(6))
    ]
    data = damaged("\n".join(lines), seed)
    try:
        found = read_lines(data, how="first five")
    except UnreadableError as error:
        return error.reason
    left_out = sum(fault[3] == "left_out" for fault in found.faults)
    assert found.objects == len(found.widths) + left_out
    if not _is_utf8(data):
        return "another encoding"
    expected = []
    count = 0
    for line in data.removeprefix(b"\xef\xbb\xbf").splitlines():
        fields = [field.decode("utf-8", "replace") for field in line.split()]
        count += bool(fields)
        numbers = [_number(text) for text in fields[1:5]]
        if (
            len(fields) < 5
            or None in numbers
            or not re.fullmatch(r"\d{1,9}(\.0*)?", fields[0], re.ASCII)
        ):
            continue
        x, y, width, height = (number or 0.0 for number in numbers)
        inside = 0 < width <= 1 and 0 < height <= 1 and width * height > 1e-19
        if inside and width / 2 <= x <= 1 - width / 2 and height / 2 <= y <= 1 - height / 2:
            expected.append((x, y, width, height))
    ours = Counter(zip(found.xs, found.ys, found.widths, found.heights, strict=True))
    assert not Counter(expected) - ours
    assert count == found.objects
    return "boxes" if ours else "no boxes"


def check_kitti(seed: int, folder: Path) -> str:
    chance = random.Random(seed)
    lines = []
    for _ in range(chance.randrange(5)):
        left, top = chance.uniform(0, 600), chance.uniform(0, 200)
        right, bottom = left + chance.uniform(1, 400), top + chance.uniform(1, 200)
        kind = chance.choice(("Car", "Van", "DontCare", "traffic light"))
        corners = f"{left:.2f} {top:.2f} {right:.2f} {bottom:.2f}"
        lines.append(f"{kind} 0.00 0 1.85 {corners} 1.6 1.8 3.6 -16.5 2.3 58.4 1.5")
    data = damaged("\n".join(lines), seed)
    try:
        items, passed_over = read_kitti(data)
    except UnreadableError as error:
        return error.reason
    if _is_utf8(data):
        rows = [line.split() for line in data.removeprefix(b"\xef\xbb\xbf").splitlines()]
        assert len(items) + passed_over == sum(bool(row) for row in rows)
        for row in rows:
            fields = [field.decode("utf-8", "replace") for field in row]
            numbers = [_number(text) for text in fields[4:8]]
            # Where no number follows the type, the corners stand elsewhere
            whole = len(fields) == 15 and _number(fields[1]) is not None and None not in numbers
            if whole and _number(fields[0]) is None:
                known = fields[0].lower() == "dontcare" or tuple(numbers) in [
                    item.corners for item in items
                ]
                assert known
    picture(folder / "a.png")
    (folder / "a.txt").write_bytes(data)
    try:
        boxes = load_kitti(folder)
    except DataError:
        return "refused"
    finally:
        (folder / "a.txt").unlink()
    return accounted(boxes)


def check_coco(seed: int, folder: Path) -> str:
    chance = random.Random(seed)
    annotations = [
        {
            "id": row,
            "image_id": chance.randrange(3),
            "category_id": 1,
            "iscrowd": int(chance.random() < 0.1),
            "bbox": [chance.randrange(300), chance.randrange(200), chance.randrange(1, 300), 90],
        }
        for row in range(chance.randrange(5))
    ]
    images = [
        {"id": row, "file_name": f"{row}.jpg", "width": 640, "height": 480} for row in range(3)
    ]
    document = {
        "images": images,
        "annotations": annotations,
        "categories": [{"id": 1, "name": "a"}],
    }
    data = damaged(json.dumps(document), seed, kinds=30)  # most others would be no JSON
    (folder / "a.json").write_bytes(data)
    try:
        boxes = load_coco(folder / "a.json")
    except AnchorkitError:
        return "refused"
    try:
        # A key that stands twice holds two lists
        pairs = json.loads(data.decode("utf-8-sig"), object_pairs_hook=list)
    except ValueError:
        return "read, though json does not"
    lists = [value for key, value in pairs if key == "annotations" and isinstance(value, list)]
    assert boxes.report.objects == sum(map(len, lists))
    return accounted(boxes)


def check_keras(seed: int, folder: Path) -> str:
    chance = random.Random(seed)
    lines = [
        f"images/{row}.jpg "
        + " ".join(
            f"{chance.randrange(99)},{chance.randrange(99)},{chance.randrange(99, 300)},200,1"
            for _ in range(chance.randrange(4))
        )
        for row in range(chance.randrange(4))
    ]
    (folder / "images").mkdir(exist_ok=True)
    for row in range(4):
        picture(folder / "images" / f"{row}.jpg")
    (folder / "2007_train.txt").write_bytes(damaged("\n".join(lines), seed))
    try:
        return accounted(load_keras_list(folder / "2007_train.txt"))
    except AnchorkitError:
        return "refused"


def check_data(seed: int, folder: Path) -> str:
    (folder / "x").mkdir(exist_ok=True)
    for name in "abc":
        (folder / "x" / f"{name}.txt").write_text("0 .5 .5 .2 .3\n1 .4 .4 .2 .2\n")
    chance = random.Random(seed)
    keys = "classes = 2\ntrain = train.txt\nnames = obj.names\n"
    images = "\n".join(f"x/{name}.jpg" for name in "abc")
    files = {"obj.data": keys, "train.txt": images, "obj.names": "cat\ndog\n"}
    hurt = chance.choice(list(files))
    for name, text in files.items():
        (folder / name).write_bytes(damaged(text, seed) if name == hurt else text.encode())
    try:
        return accounted(load_darknet_data(folder / "obj.data"))
    except AnchorkitError:
        return "refused"


def check_yaml(seed: int, folder: Path) -> str:
    from anchorkit.loaders.data_yaml import load_data_yaml

    for part in ("images", "labels"):
        (folder / "train" / part).mkdir(parents=True, exist_ok=True)
    (folder / "train" / "images" / "a.jpg").write_bytes(b"")
    (folder / "train" / "labels" / "a.txt").write_text("0 .5 .5 .2 .3\n")
    text = "path: .\ntrain: train/images\nval: ../valid/images\nnc: 2\nnames: ['car', 'bus']\n"
    (folder / "data.yaml").write_bytes(damaged(text, seed))
    try:
        return accounted(load_data_yaml(folder / "data.yaml"))
    except AnchorkitError:
        return "refused"


CHECKS: dict[str, Callable[[int, Path], str]] = {
    "yolo": check_yolo,
    "coco": check_coco,
    "data": check_data,
    "yaml": check_yaml,
    "kitti": check_kitti,
    "keras": check_keras,
}
"""For each format: damages and checks one file, in a folder of its own; what became of it."""


def _checked(name: str, check: Callable[[int, Path], str], seed: int, folder: Path) -> str:
    try:
        return check(seed, folder)
    except BaseException:
        print(f"{name}: seed {seed}", file=sys.stderr)
        raise


def main(count: int = 20_000, seed: int = 0) -> None:
    """Damage, load and check so many files of each format."""
    for name, check in CHECKS.items():
        fates: Counter[str] = Counter()
        with tempfile.TemporaryDirectory() as folder:
            for number in range(count):
                fates[_checked(name, check, seed * count + number, Path(folder))] += 1
        told = ", ".join(f"{found:,} {fate}" for fate, found in fates.most_common())
        print(f"{name}: {count:,} damaged files, all accounted for: {told}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
