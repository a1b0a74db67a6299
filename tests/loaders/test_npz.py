"""Boxes in a file: what `extract` saves is what `--boxes` reads, shard by shard."""

import io
import json
import random
import tracemalloc
import zipfile
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run
from numpy.typing import NDArray

from anchorkit import Boxes, load_voc
from anchorkit.boxes import boxes_of, concatenated
from anchorkit.errors import DataError
from anchorkit.load_report import Remark
from anchorkit.loaders.npz import load_boxes, save_boxes

pytestmark = pytest.mark.usefixtures("searched_once")

SAMPLE = Path(__file__).parents[2] / "sample_voc"


def difficult(name: str) -> str:
    return annotation_object((0, 0, 3, 3), name, "<difficult>1</difficult>")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    cat, flat = annotation_object(), annotation_object((4, 4, 4, 8))
    files: dict[str, str | bytes] = {
        "a.xml": annotation(cat, flat, difficult("dog")),
        "b.xml": annotation(annotation_object((0, 0, 9, 8), "bird"), flat),
        "猫.xml": annotation(),
        "broken.xml": "<annotation>",
        "no_size.xml": annotation(cat, size=None),
        "._a.xml": b"\0",
    }
    sets = voc_folder(tmp_path / "set", files) / "ImageSets" / "Main"
    sets.mkdir(parents=True)
    (sets / "train.txt").write_text("a\nbroken\ngone\n", encoding="utf-8")
    (sets / "val.txt").write_text("b\n猫\n", encoding="utf-8")
    return tmp_path / "set"


def same(one: Boxes, other: Boxes) -> None:
    for field in fields(Boxes):
        first, second = getattr(one, field.name), getattr(other, field.name)
        if isinstance(first, np.ndarray):
            np.testing.assert_array_equal(first, second)
            assert first.dtype == second.dtype
        else:
            assert first == second, field.name


def test_what_is_saved_is_what_is_read(root: Path, tmp_path: Path) -> None:
    boxes = load_voc(root, keep_sets=True)
    save_boxes(tmp_path / "boxes.npz", boxes)
    same(load_boxes(tmp_path / "boxes.npz", keep_sets=True), boxes)
    same(load_boxes(tmp_path / "boxes.npz"), load_voc(root))
    save_boxes(tmp_path / "again.npz", boxes)
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "boxes.npz").read_bytes()


def test_image_sets_of_a_file_give_what_those_of_the_folder_give(
    root: Path, tmp_path: Path
) -> None:
    save_boxes(tmp_path / "boxes.npz", load_voc(root, keep_sets=True))
    for names in (["train"], ["val"], ["val", "train"]):
        one = load_voc(root, image_sets=names)
        same(load_boxes(tmp_path / "boxes.npz", image_sets=names), one)
        report = one.report
        assert report.objects == 6 == len(one) + report.left_out + report.filtered_total
    assert one.report.count("missing") == one.report.count("unreadable") == 1
    with pytest.raises(DataError, match=r"boxes\.npz: image set test: .*found: train, val"):
        load_boxes(tmp_path / "boxes.npz", image_sets=["test"])


@pytest.mark.parametrize("options", [[], ["--class", "person"], ["--image-set", "val"]])
def test_shards_cluster_to_the_bytes_of_the_whole(options: list[str], tmp_path: Path) -> None:
    whole, shards = tmp_path / "whole", [tmp_path / "one", tmp_path / "two"]
    for place, file in enumerate(sorted((SAMPLE / "Annotations").glob("*.xml"))):
        for folder in (whole, shards[place // 60]):
            voc_folder(folder, {file.name: file.read_bytes()})
    lists = {path.name: path.read_text() for path in (SAMPLE / "ImageSets" / "Main").iterdir()}
    for folder in (whole, *shards):
        (folder / "ImageSets" / "Main").mkdir(parents=True)
        names = {path.stem for path in (folder / "Annotations").iterdir()}
        for name, text in lists.items():
            kept = [line for line in text.splitlines() if line.split()[0] in names]
            (folder / "ImageSets" / "Main" / name).write_text("\n".join(kept))
    arguments = []
    for shard in shards:
        assert run("extract", "--voc", shard, "-o", f"{shard}.npz").code == 0
        arguments += ["--boxes", f"{shard}.npz"]
    for command in (["cluster", "-k", "5", "--format", "json"], ["cluster", "-k", "3"]):
        expected = run(*command, "--voc", whole, *options)
        assert expected.code == 0
        assert run(*command, *arguments, *options).out == expected.out


def test_class_names_stay_sorted_over_shards(tmp_path: Path) -> None:
    parts = []
    for name in ("dog", "cat"):
        objects = annotation_object(name=name), annotation_object(name="emu")
        parts.append(load_voc(voc_folder(tmp_path / name, {"a.xml": annotation(*objects)})))
    both = concatenated(parts)
    assert both.class_names == ("cat", "dog", "emu")
    assert both.class_ids.tolist() == [1, 2, 0, 2]


def test_numpy_alone_reads_the_file(root: Path, tmp_path: Path) -> None:
    save_boxes(tmp_path / "boxes.npz", load_voc(root))
    with np.load(tmp_path / "boxes.npz", allow_pickle=False) as columns:
        assert (str(columns["format"]), int(columns["version"])) == ("anchorkit boxes", 2)
        names = bytes(columns["image_names"]).decode("utf-8", "surrogatepass").split("\0")[:-1]
        assert names == ["a", "b", "no_size", "猫"]
        assert columns["image_boxes"].tolist() == [2, 1, 0, 0]
        assert columns["counts"].tolist() == [5, 4, 6, 1]


def test_extract_says_what_it_saved_and_reads_what_it_saved(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "boxes.npz"
    ran = run("extract", "--voc", root, "-o", path, "--quiet")
    said = f"{path.as_posix()}: 4 images, 3 boxes, 2 image sets\n"
    assert (ran.code, ran.out) == (0, said)
    assert {line.split(": ")[1] for line in ran.err.splitlines()} == {"warning"}
    again = run("extract", "--boxes", path, "-o", tmp_path / "copy.npz", "--quiet")
    assert again.code == 0
    assert path.read_bytes() == (tmp_path / "copy.npz").read_bytes()
    words = ("--skip-difficult", "--quiet")
    assert run("extract", "--boxes", path, "-o", tmp_path / "copy.npz", *words).code == 0
    report = load_boxes(tmp_path / "copy.npz").report
    assert dict(report.filtered) == {"difficult": 1}


def test_a_damaged_file_is_an_error_or_what_it_was(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "boxes.npz"
    save_boxes(path, load_voc(root))
    whole, boxes = path.read_bytes(), load_boxes(path)
    chance = random.Random(0)
    refused = 0
    for _ in range(150):
        data = bytearray(whole)
        if chance.random() < 0.3:
            del data[chance.randrange(len(data)) :]
        else:
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        path.write_bytes(data)
        try:
            found = load_boxes(path)
        except DataError:
            refused += 1
        else:
            same(found, boxes)
    assert refused > 75


def packed(*texts: str) -> NDArray[np.uint8]:
    return np.frombuffer("".join(f"{text}\0" for text in texts).encode(), np.uint8)


def changed(root: Path, **columns: Any) -> bytes:
    """A file of boxes with other columns in it."""
    content = io.BytesIO()
    save_boxes(root / "boxes.npz", load_voc(root))
    with np.load(root / "boxes.npz") as kept:
        arrays = {name: kept[name] for name in kept.files}
    np.savez(content, **(arrays | columns))
    return content.getvalue()


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        (
            {"version": np.array(3)},
            "wanted version 1 to 2 of anchorkit boxes, found 3, which a newer anchorkit made",
        ),
        ({"version": np.array(0)}, "wanted version 1 to 2 of anchorkit boxes, found 0$"),
        ({"centres": np.full((3, 2), 1.01)}, "centres: wanted 0 to 1, found 1.01"),
        ({"centres": np.full((3, 2), np.nan)}, "centres: wanted 0 to 1, found nan"),
        ({"centres": np.ones((2, 2))}, "centres: wanted 3 x 2 of <f8, found 2 x 2"),
        (
            {"remark_levels": packed("loud"), "remark_texts": packed("boo")},
            "remark_levels: wanted those that there are",
        ),
        (
            {"remark_levels": packed("note"), "remark_texts": packed()},
            "remark_texts: wanted 1 texts, found 0",
        ),
        ({"format": np.array("boxes")}, "not made by `anchorkit extract`"),
        ({"version": np.arange(9)}, "version: wanted a single value"),
        ({"version": np.array("9" * 300)}, "version: wanted a single value"),
        ({"sizes": np.zeros((3, 2))}, "sizes: wanted sides from 1e-12 to 1, found 0"),
        ({"sizes": np.full((3, 2), np.nan)}, "sizes: wanted sides .*, found nan"),
        ({"sizes": np.full((3, 2), 1.5)}, "sizes: wanted sides .*, found 1.5"),
        ({"sizes": np.full((3, 2), 1e-300)}, "sizes: wanted sides .*, found 1e-300"),
        ({"sizes": np.full((3, 2), 1e-11)}, "sizes: wanted areas above 1e-20"),
        ({"sizes": np.ones((2, 3))}, "sizes: wanted 3 x 2 of <f8, found 2 x 3 of <f8"),
        ({"sizes": np.ones((3, 2), np.float32)}, "sizes: wanted .*, found 3 x 2 of <f4"),
        ({"image_ids": np.array([0, 0, 9], np.int32)}, "image_ids: wanted rows of images, found 9"),
        ({"image_ids": np.array([0, 0, -1], np.int32)}, "image_ids: .*, found -1"),
        ({"class_ids": np.array([0, 0, 7], np.int32)}, "class_ids: .*, found 7"),
        ({"image_boxes": np.array([1, 1, 1, 0], np.int32)}, "image_boxes: wanted how many"),
        ({"image_boxes": np.array([2, 1, 0, 0, 0], np.int32)}, "counts: wanted as many images"),
        ({"image_sizes": np.full((4, 2), 0.0)}, "image_sizes: wanted sides above 0, .* found 0"),
        ({"image_sizes": np.full((4, 2), -5.0)}, "image_sizes: .* found -5"),
        ({"image_sizes": np.full((4, 2), np.inf)}, "image_sizes: .* found inf"),
        ({"difficult": np.array([0, 2, 0], np.uint8).view(bool)}, "difficult: wanted truth values"),
        ({"counts": np.array([5, 4, 9, 1])}, "counts: wanted as many images and objects"),
        ({"counts": np.array([-5, 4, 6, 1])}, "counts: wanted counts from 0, found -5"),
        ({"filtered_counts": np.array([-1])}, "filtered_counts|filtered_names"),
        (
            {"set_counts": np.array([-1, 7]), "set_names": packed("a", "b")},
            "set_counts: wanted counts from 0, found -1",
        ),
        ({"problem_objects": np.full(9, -1, np.int32)}, "problem_"),
        ({"problem_kinds": packed("x", "y", "z")}, "problem_kinds: wanted"),
        ({"class_names": np.array(["cat"], dtype=object)}, "damaged"),
        ({"class_names": np.frombuffer(b"cat", np.uint8)}, "class_names: text that is cut off"),
        ({"class_names": packed("cat", "cat", "dog")}, "class_names: wanted each once"),
        ({"class_names": packed(*map(str, range(99)))}, "class_names: more text than belongs"),
        (
            {"set_names": packed("a", "a"), "set_counts": np.array([0, 0])},
            "set_names: wanted each once",
        ),
        ({"image_names": packed("a")}, "image_names: wanted 4 texts, found 1"),
        ({"image_names": np.frombuffer(b"\xff\0" * 4, np.uint8)}, "damaged"),
    ],
)
def test_a_foreign_file_is_named_for_what_it_is(
    columns: dict[str, Any], message: str, root: Path
) -> None:
    (root / "other.npz").write_bytes(changed(root, **columns))
    with pytest.raises(DataError, match=message):
        load_boxes(root / "other.npz", keep_sets=True)
    ran = run("cluster", "--boxes", root / "other.npz", "--image-set", "val")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)


def header(shape: str, descr: str = "<f8") -> bytes:
    """The header of an array of that shape, and nothing behind it."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (117 - len(text)) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


MANY = 120 * 10**6
PIECE = 10**6


@pytest.mark.parametrize(
    ("member", "begin", "filling"),
    [
        ("sizes", header("(10000000000, 2)"), b""),
        ("sizes", header("(3, 2)") + bytes(48), b"\0"),
        ("sizes", header(f"({MANY // 16}, 2)"), b"\0"),
        ("class_ids", header(f"({MANY // 4},)", "<i4"), b"\0"),
        ("image_boxes", header(f"({MANY // 4},)", "<i4"), b"\0"),
        ("class_names", header(f"({MANY},)", "|u1"), b"a"),
        ("class_names", header(f"({MANY},)", "|u1"), b"\0"),
        ("image_names", header(f"({MANY},)", "|u1"), b"a"),
        ("problem_values", header(f"({MANY},)", "|u1"), b"\0"),
        ("set_files", header(f"({MANY},)", "|u1"), b"\0"),
        ("version", header(f"({MANY // 8},)", "<i8"), b"\0"),
        ("format", header("()", f"<U{MANY // 4}"), b"\0"),
        ("sizes", b"\x93NUMPY\x02\x00" + MANY.to_bytes(4, "little"), b" "),
        ("sizes", header("(3, 2)").replace(b"False", b"[[[[["), b""),
    ],
    ids=lambda value: value[10:80].decode("latin-1").strip() if isinstance(value, bytes) else value,
)
def test_what_would_inflate_is_an_error_before_memory_is_taken(
    member: str, begin: bytes, filling: bytes, root: Path
) -> None:
    with (
        zipfile.ZipFile(io.BytesIO(changed(root))) as kept,
        zipfile.ZipFile(root / "bomb.npz", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as bomb,
    ):
        for name in kept.namelist():
            if name != f"{member}.npy":
                bomb.writestr(name, kept.read(name))
                continue
            with bomb.open(name, "w") as packed:
                packed.write(begin)
                for _ in range(MANY // PIECE if filling else 0):
                    packed.write(filling * PIECE)
    tracemalloc.start()
    try:
        with pytest.raises(DataError, match=f"damaged|not made by.*{member}|format"):
            load_boxes(root / "bomb.npz", keep_sets=True)
        assert tracemalloc.get_traced_memory()[1] < 60e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("kind", ["twice", "bzip2"])
def test_members_as_nobody_writes_them_are_refused(kind: str, root: Path) -> None:
    how = zipfile.ZIP_BZIP2 if kind == "bzip2" else zipfile.ZIP_DEFLATED
    with (
        zipfile.ZipFile(io.BytesIO(changed(root))) as kept,
        zipfile.ZipFile(root / "odd.npz", "w", how) as odd,
    ):
        for name in kept.namelist():
            odd.writestr(name, kept.read(name))
        if kind == "twice":
            with pytest.warns(UserWarning, match="Duplicate"):
                odd.writestr("sizes.npy", b"")
    with pytest.raises(DataError, match="is there twice, or packed in another way"):
        load_boxes(root / "odd.npz")


def test_columns_in_the_order_of_fortran_are_read_as_they_are(root: Path) -> None:
    boxes = load_voc(root)
    (root / "other.npz").write_bytes(changed(root, sizes=np.asfortranarray(boxes.sizes)))
    assert load_boxes(root / "other.npz").sizes.tolist() == boxes.sizes.tolist()


@pytest.mark.parametrize("side", [0, -5, 1e999])
def test_boxes_of_an_image_without_a_size_are_saved_and_read_again(
    side: float, tmp_path: Path
) -> None:
    images = [
        {"id": 1, "file_name": "a", "width": 8, "height": 8},
        {"id": 2, "file_name": "b", "width": side, "height": 8},
    ]
    boxes = [{"image_id": n, "category_id": 1, "bbox": [0, 0, 4, 2]} for n in (1, 2)]
    document = {"images": images, "annotations": boxes, "categories": []}
    (tmp_path / "a.json").write_text(json.dumps(document).replace("Infinity", "1e999"))
    words = ["extract", tmp_path / "a.json", "-o", tmp_path / "a.npz"]
    assert run(*words).code == 0
    found = load_boxes(tmp_path / "a.npz")
    assert (len(found), found.report.left_out, found.report.images) == (1, 1, 2)


@pytest.mark.parametrize("content", [b"", b"hello", b"\x93NUMPY\x01\x00", b"\x80\x04N."])
def test_a_file_that_is_no_archive_is_called_so(content: bytes, tmp_path: Path) -> None:
    # numpy's own words for most of these are about pickles, and how to load them unsafely
    (tmp_path / "other.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"not made by `anchorkit extract`: no \.npz archive$"):
        load_boxes(tmp_path / "other.npz")


def test_a_path_that_is_no_file_is_bad_usage(tmp_path: Path) -> None:
    for path, found in ((tmp_path, "a folder"), (tmp_path / "gone", "nothing there")):
        ran = run("cluster", "--boxes", path)
        assert ran.code == 2
        assert found in ran.err
    (tmp_path / "text.npz").write_text("hello")
    assert run("cluster", "--boxes", tmp_path / "text.npz").code == 1


def first_version(path: Path, boxes: Boxes) -> Path:
    """Boxes as version 1 saved them."""
    content = io.BytesIO()
    save_boxes(path, boxes)
    with np.load(path) as kept:
        new = ("centres", "remark_levels", "remark_texts")
        arrays = {name: kept[name] for name in kept.files if name not in new}
    np.savez(content, **(arrays | {"version": np.array(1)}))
    path.write_bytes(content.getvalue())
    return path


def test_version_1_is_read_and_what_needs_positions_says_that_there_are_none(
    tmp_path: Path,
) -> None:
    boxes = boxes_of([(0.5, 0.25)], centres=[(0.3, 0.4)])
    found = load_boxes(first_version(tmp_path / "old.npz", boxes))
    assert (found.sizes.tolist(), found.centres) == ([[0.5, 0.25]], None)
    with pytest.raises(DataError, match=r"mosaics needs to know where boxes lie, .*extract them"):
        found.placed("mosaics")
    assert boxes.placed("mosaics").tolist() == [[0.3, 0.4]]


def test_versions_may_be_mixed_and_lose_their_positions_with_a_note(tmp_path: Path) -> None:
    old, new = tmp_path / "old.npz", tmp_path / "new.npz"
    first_version(old, boxes_of([(0.5, 0.25), (0.2, 0.2)]))
    save_boxes(new, boxes_of([(0.1, 0.1)]))
    ran = run("extract", "--boxes", old, "--boxes", new, "-o", tmp_path / "both.npz")
    assert ran.code == 0
    assert "note: 2 of 3 boxes do not tell where they lie" in ran.err
    assert load_boxes(tmp_path / "both.npz").centres is None


def test_remarks_are_saved_with_the_boxes(tmp_path: Path) -> None:
    boxes = boxes_of([(0.5, 0.25)])
    remark = Remark("warning", "runs/: these look like predictions")
    save_boxes(
        tmp_path / "boxes.npz", replace(boxes, report=replace(boxes.report, remarks=(remark,)))
    )
    assert load_boxes(tmp_path / "boxes.npz").report.remarks == (remark,)
    ran = run("cluster", "--boxes", tmp_path / "boxes.npz", "-k", "1", "--quiet")
    assert (ran.code, ran.err) == (0, "anchorkit: warning: runs/: these look like predictions\n")
