import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from make_sample_voc import CLASSES, sample_files

SAMPLE = Path(__file__).parent.parent / "sample_voc"
SIDES = ("xmin", "ymin", "xmax", "ymax")


@pytest.fixture(scope="module")
def annotations() -> dict[str, ET.Element]:
    return {path.stem: ET.parse(path).getroot() for path in SAMPLE.glob("Annotations/*.xml")}


def corners(box: ET.Element) -> list[int]:
    return [int(box.findtext(side, "")) for side in SIDES]


def test_sample_is_what_its_script_writes() -> None:
    written = {path: text.encode() for path, text in sample_files().items()}
    found = {
        path.relative_to(SAMPLE).as_posix(): path.read_bytes()
        for path in SAMPLE.rglob("*")
        if path.is_file() and path.parent != SAMPLE / "plots" and path != SAMPLE / "README.md"
    }
    assert found == written


def test_every_box_of_the_sample_is_valid(annotations: dict[str, ET.Element]) -> None:
    for name, root in annotations.items():
        width, height = (int(root.findtext(f"size/{side}", "")) for side in ("width", "height"))
        for box in root.iter("bndbox"):
            xmin, ymin, xmax, ymax = corners(box)
            assert 1 <= xmin < xmax <= width, name
            assert 1 <= ymin < ymax <= height, name


def test_sample_has_what_its_readme_promises(annotations: dict[str, ET.Element]) -> None:
    objects = {name: root.findall("object") for name, root in annotations.items()}
    every = [thing for things in objects.values() for thing in things]
    assert len(annotations) == 100
    assert {thing.findtext("name") for thing in every} == set(CLASSES)
    assert [name for name, things in objects.items() if not things] == ["000042"]
    assert len(objects["000077"]) == 24
    for flag in ("difficult", "truncated"):
        assert {thing.findtext(flag) for thing in every} == {"0", "1"}
    parted = [[child.tag for child in thing] for thing in every if thing.find("part") is not None]
    assert parted
    assert all(tags.index("part") < tags.index("bndbox") for tags in parted)


def test_class_sets_agree_with_the_annotations(annotations: dict[str, ET.Element]) -> None:
    sets = SAMPLE / "ImageSets" / "Main"
    names = {kind: (sets / f"{kind}.txt").read_text().split() for kind in ("train", "val")}
    assert sorted(names["train"] + names["val"]) == sorted(annotations)
    for label in CLASSES:
        rows = [row.split() for row in (sets / f"{label}_trainval.txt").read_text().splitlines()]
        with_class = {name for name, presence in rows if presence != "-1"}
        assert with_class == {
            name
            for name, root in annotations.items()
            if label in [thing.findtext("name") for thing in root.findall("object")]
        }
