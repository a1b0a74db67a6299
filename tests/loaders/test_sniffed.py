"""What only annotation tools write is named, whatever option it was given to."""

import gzip
from pathlib import Path

import pytest
from command import run

from anchorkit.loaders.sniffed import described, suffix_of, text_kind

OTHERS = {
    "labelme.json": (
        '{"version": "5", "flags": {}, "shapes": [], "imagePath": "a.jpg"}',
        "LabelMe",
    ),
    "via.json": ('{"_via_settings": {}, "_via_img_metadata": {}}', "VIA"),
    "regions.json": ('{"a.jpg1": {"regions": [{"shape_attributes": {"x": 1}}]}}', "VIA"),
    "createml.json": (
        '[{"image": "a.jpg", "annotations": [{"label": "x", "coordinates": {"x": 1}}]}]',
        "CreateML",
    ),
    "studio.json": (
        '[{"id": 1, "annotations": [{"result": [{"from_name": "l"}]}]}]',
        "Label Studio",
    ),
    "vott.json": ('{"name": "x", "assets": {"1": {}}}', "VoTT"),
    "bdd.json": ('[{"name": "a", "labels": [{"box2d": {"x1": 0}}]}]', "BDD100K"),
    "cvat.xml": ("<annotations><version>1.1</version><image id='0'/></annotations>", "CVAT"),
    "dlib.xml": ("<?xml version='1.0'?><dataset><images></images></dataset>", "dlib"),
    "table.csv": ("filename,width,height,class,xmin,ymin,xmax,ymax\n", "CSV"),
    "table.txt": ("filename,xmin,ymin,xmax,ymax,label\n", "CSV"),
    "dota.txt": ("imagesource:GoogleEarth\ngsd:0.1\n1 2 3 2 3 4 1 4 plane 0\n", "DOTA"),
    "plain.txt": ("1 2 3 2 3 4 1 4 plane 0\n", "DOTA"),
    "visdrone.txt": ("684,8,273,116,0,0,0,0\n", "VisDrone"),
    "results.json": ('[{"image_id": 1, "bbox": [1,2,3,4], "score": 0.9}]', "detections"),
    "set.zip": ("PK\3\4", "unpack it"),
    "set.tar.gz": ("x", "unpack it"),
    "best.pt": ("x", "weights"),
    "a.jpg": ("x", "an image"),
    "a.tfrecord": ("x", "TensorFlow"),
}
OURS = {
    "coco.json": '{"images": [], "annotations": [], "categories": []}',
    "voc.xml": "<annotation><object><name>via</name></object></annotation>",
    "labels.txt": "0 0.5 0.5 0.1 0.1\n",
    "train.txt": "./images/a.jpg\n",
    "obj.data": "classes = 2\n",
    "boxes.npz": "PK\3\4",
    "list.txt": "a.jpg 1,2,3,4,0\n",
    "empty.txt": "",
}


@pytest.mark.parametrize("name", OTHERS)
def test_a_file_of_another_tool_is_named(name: str, tmp_path: Path) -> None:
    content, said = OTHERS[name]
    (tmp_path / name).write_text(content)
    assert said in described(tmp_path / name)
    ran = run("cluster", tmp_path / name, "-k", "1")
    assert (ran.code, ran.out, ran.err.count("\n")) == (1, "", 1)
    assert said in ran.err


@pytest.mark.parametrize(
    ("option", "name"),
    [("--coco", "labelme.json"), ("--coco", "createml.json"), ("--coco", "vott.json"),
     ("--voc", "cvat.xml"), ("--voc", "dlib.xml"), ("--yolo", "dota.txt"), ("--yolo", "table.txt")],
)  # fmt: skip
def test_an_option_names_it_too(option: str, name: str, tmp_path: Path) -> None:
    content, said = OTHERS[name]
    (tmp_path / name).write_text(content)
    ran = run("cluster", option, tmp_path / name if option == "--coco" else tmp_path, "-k", "1")
    assert (ran.code, ran.out, said in ran.err) == (1, "", True)


@pytest.mark.parametrize("name", OURS)
def test_nothing_is_said_of_what_is_read(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(OURS[name])
    assert described(tmp_path / name) == ""


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("images/a b.JPG\n", "list of images"),
        ("'images/a.png'\n", "list of images"),
        ("a.jpg\nb.jpg 1,2,3,4,0 5,6,7,8,1\n", "keras list"),
        ("0 .5 .5 .1 .1\n", "labels"),
        ("Car 0 0 1 1 2 3 4 5 6 7 8 9 10 11\n", "KITTI"),
        ("cat\ndog\n", ""),
        ("", ""),
        ("\0\1\2", ""),
    ],
)
def test_a_text_tells_what_it_lists(text: str, kind: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(text)
    assert text_kind(tmp_path / "a.txt") == kind


def test_a_suffix_is_in_lower_case_and_keeps_how_json_is_packed() -> None:
    assert [suffix_of(Path(name)) for name in ("A.XML", "a.json.gz", "a.b.txt", "a")] == [
        ".xml", ".json.gz", ".txt", "",
    ]  # fmt: skip


def test_what_cannot_be_read_is_nothing_known(tmp_path: Path) -> None:
    assert described(tmp_path) == described(tmp_path / "none") == text_kind(tmp_path) == ""


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.xml", "<annotation/>", "a single annotation: give its folder"),
        ("yolo.cfg", "[net]", "--cfg "),
        ("coco.names", "cat\n", "names of classes: give the folder"),
        ("packed", gzip.compress(b"x" * 99, mtime=0).decode("latin-1"), "packed by gzip"),
    ],
)
def test_a_file_that_is_meant_for_something_else_says_what(
    name: str, content: str, said: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content.encode("latin-1"))
    ran = run("cluster", tmp_path / name, "-k", "1")
    assert (ran.code, said in ran.err) == (2, True)


def test_a_folder_without_annotations_names_a_file_that_was_looked_at(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "notes.md").write_text("hello")
    ran = run("cluster", tmp_path, "-k", "1")
    assert (ran.code, "the first file there is" in ran.err, "notes.md" in ran.err) == (
        1,
        True,
        True,
    )
    (tmp_path / "a" / "x.csv").write_text("a,b\n")
    assert "x.csv: a table (CSV)" in run("cluster", tmp_path, "-k", "1").err


def test_a_link_to_a_folder_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "a.txt").write_text("0 .5 .5 .5 .5\n")
    (tmp_path / "root").mkdir()
    try:
        (tmp_path / "root" / "labels").symlink_to(tmp_path / "real", target_is_directory=True)
    except OSError:
        pytest.skip("links are not allowed here")
    for words in ([tmp_path / "root"], ["--yolo", tmp_path / "root"]):
        assert run("cluster", *words, "-k", "1").out.startswith("1 image, 1 box\n")
