"""Boxes in a file: what `extract` saves is what `--boxes` reads, shard by shard."""

import io
import random
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit import Boxes, load_voc
from anchorkit.boxes import concatenated
from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.npz import load_boxes, save_boxes

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
    with pytest.raises(UsageError, match=r"boxes\.npz: image set test: .*found: train, val"):
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
        assert (str(columns["format"]), int(columns["version"])) == ("anchorkit boxes", 1)
        names = bytes(columns["image_names"]).decode("utf-8", "surrogatepass").split("\0")[:-1]
        assert names == ["a", "b", "no_size", "猫"]
        assert columns["image_boxes"].tolist() == [2, 1, 0, 0]
        assert columns["counts"].tolist() == [5, 4, 6, 1]


def test_extract_says_what_it_saved_and_reads_what_it_saved(root: Path, tmp_path: Path) -> None:
    path = tmp_path / "boxes.npz"
    ran = run("extract", "--voc", root, "-o", path, "--quiet")
    said = f"{path.as_posix()}: 4 images, 3 boxes, 2 image sets\n"
    assert (ran.code, ran.out, ran.err) == (0, said, "")
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
        ({"version": np.array(2)}, "wanted version 1 of anchorkit boxes, found 2"),
        ({"format": np.array("boxes")}, "not made by `anchorkit extract`"),
        ({"sizes": np.zeros((3, 2))}, "sizes cannot be right"),
        ({"sizes": np.full((3, 2), np.nan)}, "sizes cannot be right"),
        ({"sizes": np.full((3, 2), 1.5)}, "sizes cannot be right"),
        ({"image_ids": np.array([0, 0, 9], np.int32)}, "image_ids cannot be right"),
        ({"image_boxes": np.array([1, 1, 1, 0], np.int32)}, "image_boxes cannot be right"),
        ({"counts": np.array([5, 4, 9, 1])}, "counts cannot be right"),
        ({"class_names": np.array(["cat"], dtype=object)}, "damaged"),
        ({"class_names": np.frombuffer(b"cat", np.uint8)}, "text cannot be right"),
    ],
)
def test_a_foreign_file_is_named_for_what_it_is(
    columns: dict[str, Any], message: str, root: Path
) -> None:
    (root / "other.npz").write_bytes(changed(root, **columns))
    with pytest.raises(DataError, match=message):
        load_boxes(root / "other.npz")


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
