"""Real files hold surprises: each becomes a box, or is named; never a crash, a hang or a loss."""

import os
import sys
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder

from anchorkit import Boxes, load_voc
from anchorkit.loaders import batches
from anchorkit.loaders.voc_file import read_annotation
from anchorkit.loaders.voc_plain import read_plain

posix = pytest.mark.skipif(sys.platform == "win32", reason="needs links, pipes or odd names")

CAT = annotation_object()
FULL = annotation_object((0, 0, 8, 8))
Found = list[tuple[int | None, str, str]]


def loaded(root: Path, data: str | bytes, name: str = "a.xml") -> Boxes:
    boxes = load_voc(voc_folder(root, {name: data}))
    report = boxes.report
    assert report.files == report.images + report.count("unreadable")
    assert report.objects == len(boxes) + report.left_out
    return boxes


def problems(boxes: Boxes) -> Found:
    return [(found.object, found.reason, found.value) for found in boxes.report.problems]


def test_single_object_and_no_object(tmp_path: Path) -> None:
    assert len(loaded(tmp_path / "one", annotation(CAT))) == 1
    for empty in ("<annotation />", annotation(), "<annotation><size/></annotation>"):
        boxes = loaded(tmp_path / "none", empty)
        assert (boxes.images, len(boxes), problems(boxes)) == (1, 0, [])


@pytest.mark.parametrize("first", [True, False])
def test_boxes_of_parts_do_not_count(first: bool, tmp_path: Path) -> None:
    part = (
        "<part><name>head</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>2</xmax>"
        "<ymax>2.5</ymax></bndbox></part>"
    )
    cat = annotation_object(more=part) if first else CAT.replace("</object>", f"{part}</object>")
    boxes = loaded(tmp_path, annotation(cat, FULL))
    assert boxes.sizes.tolist() == [[0.5, 0.25], [1, 1]]
    assert boxes.class_names == ("cat",)
    assert problems(boxes) == []


@pytest.mark.parametrize(
    "box",
    [
        annotation_object(("0.0", "2.50", "4.00000000000000000", "4.5e0")),
        annotation_object((" 0", "\n2.5\t", " 4 ", "4.5")),
        annotation_object().replace("<bndbox>", '<bndbox updated="yes">'),
        "<object><name>cat</name><bndbox><xmin>0</xmin><xmax>4</xmax><ymin>2</ymin><ymax>4</ymax>"
        "</bndbox></object>",
        "<object><bndbox><ymax>2</ymax><xmax k='v'>4</xmax><ymin>0</ymin><xmin>0</xmin></bndbox>"
        "<name>cat</name></object>",
        annotation_object(("-0", "+0", "4.", "2")),
        annotation_object(("<!-- left -->0", "0", "<![CDATA[4]]>", "&#50;")),
    ],
)
def test_numbers_and_elements_are_read_however_they_are_written(box: str, tmp_path: Path) -> None:
    boxes = loaded(tmp_path, annotation(box))
    assert boxes.sizes.tolist() == [[0.5, 0.25]]
    assert boxes.class_names == ("cat",)
    assert problems(boxes) == []


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        ("", "xmax missing"),
        ("1e400", "xmax is not a number"),
        ("nan", "xmax is not a number"),
        ("inf", "xmax is not a number"),
        ("１２", "xmax is not a number"),
        ("1_0", "xmax is not a number"),
        ("0x4", "xmax is not a number"),
        ("1,5", "xmax is not a number"),
        ("4 4", "xmax is not a number"),
        ("four", "xmax is not a number"),
        ("9" * 400, "xmax is not a number"),
        ("<a>4</a>", "xmax missing"),
        ("4</xmax><xmax>5", "xmax given more than once"),
    ],
)
def test_what_is_no_number_is_named(number: str, reason: str, tmp_path: Path) -> None:
    boxes = loaded(tmp_path, annotation(CAT, annotation_object((0, 0, number, 4))))
    assert len(boxes) == 1
    ((place, found, value),) = problems(boxes)
    assert (place, found) == (2, reason)
    assert value == ("" if "missing" in reason else "2" if "once" in reason else number)


@pytest.mark.parametrize(
    ("size", "reason"),
    [
        (None, "image size missing"),
        ((0, 0), "image size not above zero"),
        ((-8, 8), "image size not above zero"),
        (("", 8), "image width missing"),
        (("nan", 8), "image width is not a number"),
        ((8, "1e999"), "image height is not a number"),
    ],
)
def test_each_object_without_an_image_size_is_left_out(
    size: tuple[object, object] | None, reason: str, tmp_path: Path
) -> None:
    boxes = loaded(tmp_path, annotation(CAT, FULL, size=size))
    assert [(place, why) for place, why, _ in problems(boxes)] == [(1, reason), (2, reason)]
    assert boxes.images == 1


@pytest.mark.parametrize(
    ("corners", "reason", "value"),
    [
        ((4, 4, 4, 4), "no area", "4,4,4,4"),
        ((0, 0, 0, 0), "no area", "0,0,0,0"),
        ((1, 4, 3, 4), "no area", "1,4,3,4"),
        ((5, 0, 2, 4), "xmin above xmax", "xmin 5, xmax 2"),
        ((0, 5, 4, 2), "ymin above ymax", "ymin 5, ymax 2"),
        ((8, 0, 9, 4), "outside the image", "8,0,9,4 in 8 x 8"),
        ((-4, -4, 0, 4), "outside the image", "-4,-4,0,4 in 8 x 8"),
        (("0", "0", "1e-300", "1"), "no area", "0,0,1e-300,1"),
    ],
)
def test_faulty_corners_are_left_out_and_named(
    corners: tuple[object, ...], reason: str, value: str, tmp_path: Path
) -> None:
    boxes = loaded(tmp_path, annotation(CAT, annotation_object(corners), CAT))
    assert len(boxes) == 2
    assert problems(boxes) == [(2, reason, value)]
    assert boxes.report.left_out == 1


@pytest.mark.parametrize(
    ("corners", "size"),
    [((-2, 0, 4, 9), [0.5, 1]), ((6, 6, 12, 12), [0.25, 0.25]), ((-9, -9, 99, 99), [1, 1])],
)
def test_a_box_over_the_edge_is_clipped_and_counted(
    corners: tuple[int, ...], size: list[float], tmp_path: Path
) -> None:
    boxes = loaded(tmp_path, annotation(annotation_object(corners)))
    assert boxes.sizes.tolist() == [size]
    assert (boxes.report.altered, boxes.report.left_out) == (1, 0)


@pytest.mark.parametrize(
    ("item", "reason", "value"),
    [
        ("<object><robndbox><cx>1</cx></robndbox></object>", "bndbox missing", "robndbox"),
        ("<object/>", "bndbox missing", ""),
        ("<object>text</object>", "bndbox missing", ""),
        ("<object><bndbox/></object>", "bndbox missing", ""),
        ("<object><bndbox>1</bndbox></object>", "xmin missing", ""),
        ("<object><polygon><x1>1</x1></polygon></object>", "bndbox missing", "polygon"),
        ("<object><pose><bndbox/></pose></object>", "bndbox missing", "bndbox deeper in it"),
    ],
)
def test_an_object_without_a_box_of_its_own_is_named(
    item: str, reason: str, value: str, tmp_path: Path
) -> None:
    found = problems(loaded(tmp_path, annotation(item, CAT)))
    assert [one for one in found if one[0]] == [(1, reason, value)]


def test_classes_are_stripped_and_an_object_without_one_is_still_a_box(tmp_path: Path) -> None:
    nameless = annotation_object(name="")
    boxes = loaded(tmp_path, annotation(annotation_object(name=" slippery road\t"), nameless))
    assert boxes.class_names == ("", "slippery road")
    assert boxes.class_ids.tolist() == [1, 0]
    assert problems(boxes) == [(2, "name missing", "")]
    assert boxes.report.left_out == 0


def test_flags_are_read_and_equal_boxes_kept(tmp_path: Path) -> None:
    flags = ("1", "0", "", "true", "Unspecified")
    marked = [annotation_object(more=f"<difficult>{flag}</difficult>") for flag in flags]
    boxes = loaded(tmp_path, annotation(*marked, CAT, CAT))
    assert boxes.difficult.tolist() == [True, False, False, True, False, False, False]
    assert not boxes.truncated.any()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty file"),
        (b" \n", "empty file"),
        (b"\0\5\x16\7\0\2\0\0Mac OS X", "not well-formed XML"),
        (b"hello", "not well-formed XML"),
        (annotation(CAT)[:-4].encode(), "not well-formed XML"),
        (b"<html><body/></html>", "not a VOC annotation"),
        (b"<html/>", "not a VOC annotation"),
        (annotation("&nope;").encode(), "not well-formed XML"),
        (b"<?xml version='1.0' encoding='klingon'?><annotation/>", "encoding not supported"),
        (
            b"<!DOCTYPE annotation [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>"
            b"<annotation>&b;</annotation>",
            "declares entities",
        ),
        (
            b"<!DOCTYPE annotation SYSTEM 'no.dtd'><annotation><object>&x;</object></annotation>",
            "uses entities",
        ),
        ("<!DOCTYPE a [<!ENTITY a 'x'>]><annotation/>".encode("utf-16"), "declares entities"),
    ],
)
def test_a_file_that_is_no_annotation_is_named(data: bytes, reason: str, tmp_path: Path) -> None:
    boxes = loaded(tmp_path, data)
    assert [(found.object, found.reason) for found in boxes.report.of("unreadable")] == [
        (None, reason)
    ]
    assert (boxes.images, boxes.report.objects) == (0, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030", "latin-1"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_declared_encodings_byte_order_marks_and_line_ends(
    encoding: str, ends: str, tmp_path: Path
) -> None:
    name = "câfé" if encoding == "latin-1" else "猫"
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?>\n' + annotation(
        "\n", annotation_object(name=name), "\n"
    )
    boxes = loaded(tmp_path, text.replace("\n", ends).encode(encoding))
    assert boxes.class_names == (name,)
    assert problems(boxes) == []


FOREIGN = [
    "<x:name xmlns:x='u'>dog</x:name>",
    "<x:bndbox xmlns:x='u'>1</x:bndbox>",
    "<x:bndbox xmlns:x='u'><xmin>1</xmin></x:bndbox>",
    "<x:difficult xmlns:x='u'>1</x:difficult>",
    "<x:part xmlns:x='u'><x:bndbox/></x:part>",
]


@pytest.mark.parametrize("more", FOREIGN)
@pytest.mark.parametrize("after", [False, True])
def test_children_of_another_namespace_are_passed_over(more: str, after: bool) -> None:
    item = annotation_object()
    item = (
        item.replace("</object>", f"{more}</object>")
        if after
        else item.replace("<name>", f"{more}<name>")
    )
    data = annotation(item).encode()
    found = read_annotation(data)
    assert found == read_annotation(annotation(annotation_object()).encode())
    assert read_plain(data) in (None, found)


def test_an_object_of_another_namespace_is_counted_and_left_out() -> None:
    other = (
        annotation_object()
        .replace("object>", "x:object>")
        .replace("<x:object>", "<x:object xmlns:x='u'>")
    )
    found = read_annotation(annotation(annotation_object(), other).encode())
    assert (found.objects, len(found.labels)) == (2, 1)
    assert found.faults == [(2, "an object of another namespace", "", "left_out")]


def test_namespaces_do_not_hide_the_boxes(tmp_path: Path) -> None:
    text = annotation(CAT)
    default = text.replace("<annotation>", "<annotation xmlns='urn:voc'>")
    prefixed = text.replace("</", "</v:").replace("<", "<v:").replace("<v:/v:", "</v:")
    prefixed = prefixed.replace("<v:annotation>", "<v:annotation xmlns:v='urn:voc'>")
    for place, data in enumerate((default, prefixed)):
        boxes = loaded(tmp_path / str(place), data)
        assert boxes.sizes.tolist() == [[0.5, 0.25]]
        assert boxes.class_names == ("cat",)


@pytest.mark.parametrize("doctype", ["<!DOCTYPE annotation>", "<!DOCTYPE a SYSTEM 'gone.dtd'>"])
def test_a_dtd_without_entities_is_read(doctype: str, tmp_path: Path) -> None:
    assert len(loaded(tmp_path, doctype + annotation(CAT))) == 1


def test_ten_thousand_nested_elements_are_no_trouble(tmp_path: Path) -> None:
    deep = "<a>" * 10_000 + "</a>" * 10_000
    assert len(loaded(tmp_path / "beside", annotation(CAT, deep))) == 1
    assert len(loaded(tmp_path / "in", annotation(annotation_object(more=deep)))) == 1
    only = "<object>" * 10_000 + "</object>" * 10_000
    assert problems(loaded(tmp_path / "objects", annotation(only))) == [
        (1, "bndbox missing", ""),
        (None, "elements nested too deep to look into", ""),
    ]


def test_a_file_above_64_mb_is_named_and_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = voc_folder(tmp_path, {"a.xml": annotation(CAT), "b.xml": annotation(CAT)})
    with (root / "Annotations" / "b.xml").open("r+b") as file:
        file.truncate((64 << 20) + 1)
    monkeypatch.setattr(os, "read", lambda handle, count: _small_read(handle, count))
    boxes = load_voc(root)
    assert problems(boxes) == [(None, "larger than 64 MB", f"{(64 << 20) + 1} bytes")]
    assert len(boxes) == 1


_read = os.read


def _small_read(handle: int, count: int) -> bytes:
    assert count < 1 << 21
    return _read(handle, count)


def test_hidden_files_are_counted_and_not_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.xml": annotation(CAT),
        "._a.xml": b"\0\5\x16\7",
        ".ipynb_checkpoints/1-checkpoint.xml": annotation(CAT),
        ".hidden.xml": annotation(CAT),
        ".notes.txt": "",
    }
    report = load_voc(voc_folder(tmp_path, files)).report
    assert (report.files, report.hidden, report.problems) == (1, 3, ())


def test_names_of_files_are_kept_as_they_are_and_sub_folders_searched(tmp_path: Path) -> None:
    names = ["clip.mp4#t=1054.xml", "img (1).xml", "train/a.XML", "train/b.xml", "猫/ö.xml"]
    boxes = load_voc(voc_folder(tmp_path, {name: annotation(CAT) for name in names}))
    assert boxes.image_names == tuple(name[:-4] for name in sorted(names))
    folder = (tmp_path / "Annotations").as_posix()
    assert boxes.image_files == tuple(f"{folder}/{name}" for name in sorted(names))


@posix
def test_names_that_are_no_unicode_are_read_and_named(tmp_path: Path) -> None:
    folder = voc_folder(tmp_path, {"a.xml": annotation(CAT)}) / "Annotations"
    odd = os.fsencode(folder) + b"/\xff\xfe.xml"
    try:
        with open(odd, "wb") as file:  # noqa: PTH123 - no Path holds bytes
            file.write(b"<")
    except OSError:
        pytest.skip("the file system wants Unicode")
    boxes = load_voc(tmp_path)
    assert len(boxes) == 1
    assert os.fsencode(boxes.report.problems[0].file).endswith(b"/\xff\xfe.xml")


@posix
def test_folders_links_and_pipes_named_like_annotations(tmp_path: Path) -> None:
    folder = voc_folder(tmp_path, {"a.xml": annotation(CAT), "x.xml/b.xml": annotation(CAT)})
    folder /= "Annotations"
    (folder / "gone.xml").symlink_to("nowhere")
    (folder / "self.xml").symlink_to("self.xml")
    os.mkfifo(folder / "pipe.xml")
    boxes = load_voc(tmp_path)
    assert boxes.image_names == ("a", "x.xml/b")
    found = {(Path(one.file).name, one.kind) for one in boxes.report.problems}
    assert found == {
        ("gone.xml", "unreadable"),
        ("self.xml", "unreadable"),
        ("pipe.xml", "unreadable"),
        ("x.xml", "note"),
    }


@posix
def test_linked_folders_are_read_once_and_loops_end(tmp_path: Path) -> None:
    voc_folder(tmp_path / "set", {"in/a.xml": annotation(CAT)})
    voc_folder(tmp_path / "away", {"b.xml": annotation(CAT)})
    folder = tmp_path / "set" / "Annotations"
    (folder / "loop").symlink_to("..", target_is_directory=True)
    (folder / "in" / "again").symlink_to(folder, target_is_directory=True)
    (folder / "away").symlink_to(tmp_path / "away", target_is_directory=True)
    boxes = load_voc(tmp_path / "set")
    assert len(boxes) == 2
    assert {name.rpartition("/")[2] for name in boxes.image_names} == {"a", "b"}
    assert {one.reason for one in boxes.report.problems} == {"linked folder already read"}


@posix
def test_a_file_that_vanishes_or_may_not_be_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = voc_folder(tmp_path, {name: annotation(CAT) for name in ("a.xml", "b.xml", "c.xml")})
    errors = {"a.xml": FileNotFoundError(2, "No such file"), "b.xml": PermissionError(13, "Denied")}
    really = batches.read_file

    def read(path: str | bytes) -> bytes:
        error = errors.get(Path(os.fsdecode(path)).name)
        if error:
            raise error
        return really(path)

    monkeypatch.setattr(batches, "read_file", read)
    boxes = load_voc(root)
    assert problems(boxes) == [
        (None, "cannot be read", "No such file"),
        (None, "cannot be read", "Denied"),
    ]
    assert boxes.report.count("unreadable") == 2
    assert len(boxes) == 1


def test_a_second_box_deep_in_an_object_is_left_out_and_named(tmp_path: Path) -> None:
    more = "<tracks><track><bndbox><xmin>1</xmin></bndbox></track></tracks></object>"
    item = annotation_object().replace("</object>", more)
    found = problems(loaded(tmp_path, annotation(item, CAT)))
    assert found == [(3, "a bndbox deeper in an object than its own", "")]


def test_objects_within_an_element_of_another_namespace_are_counted() -> None:
    inner = annotation_object() * 2
    text = annotation(f"<x:objects xmlns:x='u'><x:list>{inner}</x:list></x:objects>")
    found = read_annotation(text.encode())
    assert found.faults == [
        (number, "an object of another namespace", "", "left_out") for number in (1, 2)
    ]
    boxes = annotation(f"<x:meta xmlns:x='u'>{annotation_object()[8:-9]}</x:meta>")
    assert read_annotation(boxes.encode()).objects == 1


@posix
def test_a_link_to_a_file_that_is_there_too_is_noted(tmp_path: Path) -> None:
    voc_folder(tmp_path / "set", {"a.xml": annotation(CAT), "b/c.xml": annotation(CAT)})
    folder = tmp_path / "set" / "Annotations"
    (folder / "b" / "a.xml").symlink_to("../a.xml")
    away = tmp_path / "away.xml"
    away.write_text(annotation(CAT))
    (folder / "away.xml").symlink_to(away)
    boxes = load_voc(tmp_path / "set")
    assert len(boxes) == 4
    (note,) = boxes.report.problems
    assert (Path(note.file).parent.name, note.value, note.kind) == ("b", "a.xml", "note")
    assert "count twice" in note.reason
