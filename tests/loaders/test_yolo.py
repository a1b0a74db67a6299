import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.boxes import Boxes
from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.voc_file import UnreadableError
from anchorkit.loaders.yolo import load_yolo
from anchorkit.loaders.yolo_file import Labels, read_labels, read_lines


def stored(root: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def reasons(boxes: Boxes) -> list[tuple[str, int | None, str, str]]:
    return [
        (problem.file.rpartition("/")[2], problem.object, problem.reason, problem.kind)
        for problem in boxes.report.problems
    ]


def columns(data: bytes, folder: Path) -> tuple[list[float], list[float], list[str], int]:
    """What the fast route gives."""
    path = folder / "one.txt"
    path.write_bytes(data)
    found = read_labels([str(path)])
    names = [found["names"][code][0] for code in np.frombuffer(found["labels"], dtype=np.int32)]
    return (
        np.frombuffer(found["widths"]).tolist(),
        np.frombuffer(found["heights"]).tolist(),
        names,
        int(np.frombuffer(found["objects"], dtype=np.int32)[0]),
    )


@pytest.mark.parametrize(
    ("line", "sides"),
    [
        ("0 0.5 0.5 0.25 0.125", (0.25, 0.125)),
        ("7 .5 .5 1 1", (1.0, 1.0)),
        ("7 0.5 0.5 1.000001 1", (1.0, 1.0)),  # rounding, nothing to speak of
        ("0.0 0.5 0.5 0.25 0.125", (0.25, 0.125)),
        ("0\t0.5   0.5 2.5e-1 0.125 \r", (0.25, 0.125)),
        ("0 0.5 0.5 0.25 0.125 0.98", (0.25, 0.125)),  # a confidence
        ("0 0.5 0.5 0.25 0.125" + " 0.5 0.5 2.0" * 17, (0.25, 0.125)),  # 56 fields: keypoints
    ],
)
def test_a_line_is_a_box(line: str, sides: tuple[float, float]) -> None:
    labels = read_lines(line.encode())
    assert (labels.widths, labels.heights) == ([sides[0]], [sides[1]])
    assert labels.faults == []


@pytest.mark.parametrize(
    ("line", "reason", "kind"),
    [
        ("0 0.5 0.5 0.25", "fewer than five fields", "left_out"),
        ("x 0.5 0.5 0.25 0.1", "class is a name, not a number", "left_out"),
        ("big dog 0.5 0.5 0.25 0.1", "class is a name, not a number", "left_out"),
        ("-1 0.5 0.5 0.25 0.1", "class is not a number from 0", "left_out"),
        ("1.5 0.5 0.5 0.25 0.1", "class is not a number from 0", "left_out"),
        ("0 0.5 0.5 wide 0.1", "width is not a number", "left_out"),
        ("0 0.5 0.5 nan 0.1", "width is not a number", "left_out"),
        ("0 0.5 0.5 0.1 1e999", "height is not a number", "left_out"),
        ("0 0.5 1_0 0.1 0.1", "y is not a number", "left_out"),
        ("0 ０.５ 0.5 0.1 0.1", "x is not a number", "left_out"),
        ("0 0.5 0.5 0 0.1", "no area", "left_out"),
        ("0 0.5 0.5 -0.2 0.1", "no area", "left_out"),
        ("0 0.5 0.5 1e-15 1e-15", "no area", "left_out"),
        ("0 1.5 0.5 0.2 0.2", "outside the image", "left_out"),
        ("0 -0.2 0.5 0.2 0.2", "outside the image", "left_out"),
        ("0 300 200 50 60", "in pixels, not fractions", "left_out"),
        ("0 0.9 0.5 0.4 0.5", "clipped to the image", "altered"),
        ("0 0.5 0.5 1.2 0.5", "clipped to the image", "altered"),
    ],
)
def test_a_faulty_line_is_named_and_the_others_stay(
    line: str, reason: str, kind: str, tmp_path: Path
) -> None:
    good = "1 0.5 0.5 0.5 0.5"
    data = f"{good}\n\n{line}\n{good}".encode()
    labels = read_lines(data)
    assert [(number, why, sort) for number, why, _, sort in labels.faults] == [(2, reason, kind)]
    assert labels.objects == 3
    assert len(labels.widths) == 3 - (kind == "left_out")
    # Without the empty line, which is enough to leave the fast route.
    plain = f"{good}\n{line}".encode()
    slow = read_lines(plain)
    assert columns(plain, tmp_path) == (slow.widths, slow.heights, slow.classes, 2)


@pytest.mark.parametrize(
    "sign", ["\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\xa0", "\u3000"]
)
@pytest.mark.parametrize(
    "line", ["0 .5 .5{}.2 .2", "0 .5 .5 .2 .2{}1 .5 .5 .3 .3", "{}0 .5 .5 .2 .2{}"]
)
def test_a_bad_line_changes_nothing_of_what_others_mean(
    sign: str, line: str, tmp_path: Path
) -> None:
    odd = line.replace("{}", sign).encode()
    alone, beside = read_lines(odd + b"\n0 .5 .5 .4 .4"), read_lines(odd + b"\nbad\n0 .5 .5 .4 .4")
    assert alone.widths == beside.widths
    # What bytes call a blank parts fields: then the line holds two boxes
    assert alone.objects == beside.objects - 1 == (3 if alone.joined else 2)
    fast = columns(odd + b"\n0 .5 .5 .4 .4", tmp_path)
    assert fast == (alone.widths, alone.heights, alone.classes, alone.objects)


def test_names_end_where_lines_do(tmp_path: Path) -> None:
    stored(tmp_path, {"a.txt": "1 .5 .5 .2 .2", "classes.txt": "a\u2028b\x0cc\r\nd\re"})
    assert load_yolo(tmp_path).class_names == ("d",)


def test_names_that_are_no_utf_8_stay_two(tmp_path: Path) -> None:
    stored(tmp_path, {"a.txt": "0 .5 .5 .2 .2\n1 .5 .5 .2 .3", "classes.txt": b"caf\xe9\ncaf\xe8"})
    assert load_yolo(tmp_path).class_names == ("caf\udce8", "caf\udce9")


def test_a_box_that_sticks_out_is_clipped_to_the_image() -> None:
    labels = read_lines(b"0 0.9 0.5 0.4 0.5\n0 0.5 -0.1 0.2 0.4")
    assert labels.widths == pytest.approx([0.3, 0.2])
    assert labels.heights == pytest.approx([0.5, 0.1])


def test_a_polygon_becomes_its_box_only_when_asked_for() -> None:
    line = b"2 0.5 0.5 0.5 0.25 0.25 1.0"
    asked, not_asked = read_lines(line, how="polygons"), read_lines(line)
    assert (asked.widths, asked.heights) == ([0.25], [0.75])
    assert (not_asked.widths, not_asked.heights) == ([0.5], [0.25])
    with_box = read_lines(b"2 0.5 0.5 0.25 0.5", how="polygons")
    assert with_box.widths == [0.25]
    scored = read_lines(line + b" 0.5", how="polygons")
    assert (scored.widths, scored.heights) == ([0.25], [0.75])
    (fault,) = read_lines(line + b" 1.5", how="polygons").faults
    assert fault[1] == "a polygon that ends in half a point"


@pytest.mark.parametrize(
    "data", [b"person\ncar\n", b"data/obj/1.jpg\n", b"\x89PNG\r\n\x1a\n", b"# labels", b"0"]
)
def test_a_text_file_without_labels_is_told_from_labels(data: bytes) -> None:
    with pytest.raises(UnreadableError, match="not a YOLO label"):
        read_lines(data)


numbers = st.floats(-0.5, 1.5).map(lambda value: f"{value:.4f}") | st.sampled_from(
    ["0", "1", "0.5", "1e-3", "nan", "inf", "-0", "1_0", "x", ""]
)
lines = st.lists(
    st.lists(st.integers(0, 12).map(str) | numbers, min_size=0, max_size=7).map(" ".join)
    | st.tuples(st.integers(0, 3).map(str), *[numbers] * 4).map(" ".join),
    max_size=5,
)


@given(lines, st.sampled_from(["\n", "\r\n", "\r"]))
def test_the_fast_route_gives_the_boxes_of_the_reference_reader(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], end: str
) -> None:
    data = end.join(lines).encode()
    try:
        slow = read_lines(data)
    except UnreadableError:
        slow = Labels(-1, [], [], [], [], [], [], [])
    fast = columns(data, tmp_path_factory.getbasetemp())
    assert fast == (slow.widths, slow.heights, slow.classes, slow.objects)


@given(st.binary(max_size=80))
def test_any_bytes_end_as_boxes_or_as_a_named_file(data: bytes) -> None:
    try:
        labels = read_lines(data, how="polygons")
    except UnreadableError:
        return
    left_out = [fault for fault in labels.faults if fault[3] == "left_out"]
    assert labels.objects == len(labels.widths) + len(left_out)
    assert all(0 < side <= 1 for side in [*labels.widths, *labels.heights])


def test_labels_in_nested_folders_are_found_and_named(tmp_path: Path) -> None:
    root = stored(
        tmp_path,
        {
            "classes.txt": "cat\ndog\n",
            "images/train/a.jpg": b"",
            "labels/val/b.txt": "1 .5 .5 .5 .5\n0 .5 .5 .1 .1\n",
            "labels/train/a.txt": "0 .5 .5 .2 .2",
            "labels/train/empty.txt": "",
            "labels/train/.hidden.txt": "0 .5 .5 .2 .2",
        },
    )
    boxes = load_yolo(root)
    assert boxes.image_names == ("train/a", "train/empty", "val/b")
    assert [boxes.class_names[row] for row in boxes.class_ids] == ["cat", "dog", "cat"]
    assert boxes.sizes.tolist() == [[0.2, 0.2], [0.5, 0.5], [0.1, 0.1]]
    assert np.isnan(boxes.image_sizes).all()
    assert (boxes.report.files, boxes.report.objects, boxes.report.hidden) == (3, 3, 1)
    assert boxes.report.problems == ()


@pytest.mark.parametrize("name", ["classes.txt", "obj.names", "labels/classes.txt"])
def test_class_names_are_found_beside_labels_and_above(tmp_path: Path, name: str) -> None:
    root = stored(tmp_path, {name: "cat\r\ndog\r\n", "labels/a.txt": "1 .5 .5 .5 .5"})
    assert load_yolo(root).class_names == ("dog",)
    assert load_yolo(root / "labels").class_names == ("dog",)


def test_classes_without_a_name_are_numbers(tmp_path: Path) -> None:
    root = stored(tmp_path, {"classes.txt": "cat\n", "a.txt": "0 .5 .5 .5 .5\n12 .5 .5 .1 .1"})
    boxes = load_yolo(root)
    assert [boxes.class_names[row] for row in boxes.class_ids] == ["cat", "12"]
    assert ("a class without a name", "12, 1 are named") in [
        (problem.reason, problem.value) for problem in boxes.report.problems
    ]


def test_lists_and_readmes_among_labels_are_no_loss(tmp_path: Path) -> None:
    root = stored(
        tmp_path,
        {
            "classes.txt": "cat\n",
            "train.txt": "images/a.jpg\n",
            "README.roboflow.txt": "Exported\n",
            "a.txt": "0 .5 .5 .5 .5",
            "b.txt": "what is this\n",
        },
    )
    boxes = load_yolo(root)
    assert sorted(reasons(boxes)) == [
        ("README.roboflow.txt", None, "a text file that holds no labels", "note"),
        ("b.txt", None, "not a YOLO label", "unreadable"),
        ("classes.txt", None, "a text file that holds no labels", "note"),
        ("train.txt", None, "a text file that holds no labels", "note"),
    ]
    assert (boxes.images, boxes.report.left_out, boxes.report.count("unreadable")) == (1, 0, 1)


def test_a_set_in_pixels_is_named_not_loaded(tmp_path: Path) -> None:
    root = stored(
        tmp_path, {"a.txt": "0 24.5 338.5 390.98 280.98", "b.txt": "0 90 72 13 15\n0 .5 .5 .1 .1"}
    )
    with pytest.raises(
        DataError, match=r"labels in pixels: .* 2 of 3 objects above 1.*a\.txt: obj"
    ):
        load_yolo(root)


def test_a_single_box_in_pixels_is_left_out(tmp_path: Path) -> None:
    root = stored(tmp_path, {"a.txt": "0 24 338 39 28\n0 .5 .5 .1 .1\n0 .5 .5 .2 .1"})
    boxes = load_yolo(root)
    assert len(boxes) == 2
    assert reasons(boxes) == [("a.txt", 1, "in pixels, not fractions", "left_out")]


def noted(boxes: Boxes) -> list[tuple[str, str]]:
    return [(one.reason, one.value) for one in boxes.report.of("note")]


def test_flags_of_keypoints_tell_them_from_polygons(tmp_path: Path) -> None:
    keypoints = "0 .5 .5 .5 .5" + " .5 .5 2" * 17
    root = stored(tmp_path, {"a.txt": keypoints, "b.txt": keypoints.replace(" 2", " 1")})
    boxes = load_yolo(root)
    assert boxes.sizes.tolist() == [[0.5, 0.5]] * 2
    ((reason, value),) = noted(boxes)
    assert reason == "more than five fields: the first five count"
    assert value == "2 of 56 fields; every third number says whether a keypoint is seen"


TURNED = ("0 .2 .1 .3 .2 .2 .3 .1 .2", "0 .5 .4 .7 .5 .6 .7 .4 .6", "1 .6 .6 .9 .6 .9 .8 .6 .8")


@pytest.mark.parametrize("behind", ["", " .93"])
def test_corners_of_turned_rectangles_are_no_box_with_keypoints(
    tmp_path: Path, behind: str
) -> None:
    # Each is a box in its image by its first four numbers, too
    lines = [line + behind for line in TURNED]
    boxes = load_yolo(stored(tmp_path, {"a.txt": "\n".join(lines)}))
    np.testing.assert_allclose(boxes.sizes, [(0.2, 0.2), (0.3, 0.3), (0.3, 0.2)])
    assert noted(boxes)[0][0] == "more than six fields: polygons, whose boxes count"


def test_outlines_of_several_lengths_are_polygons(tmp_path: Path) -> None:
    root = stored(
        tmp_path, {"a.txt": "0 .4 .4 .5 .3 .6 .5", "b.txt": "0 .4 .4 .5 .3 .6 .5 .5 .6\n"}
    )
    boxes = load_yolo(root)
    np.testing.assert_allclose(boxes.sizes, [(0.2, 0.2), (0.2, 0.3)])
    assert "of several lengths" in noted(boxes)[0][1]


def test_outlines_whose_first_numbers_are_no_boxes_are_polygons(tmp_path: Path) -> None:
    lines = [f"0 .1 .1 .{side} .2 .5 .5 .2 .{side}" for side in range(5, 9)]
    boxes = load_yolo(stored(tmp_path, {"a.txt": "\n".join(lines)}))
    assert boxes.sizes[:, 0].tolist() == pytest.approx([0.4, 0.5, 0.6, 0.7])
    assert "4 of 4 would be no boxes in their image" in noted(boxes)[0][1]


def test_points_out_of_the_image_are_no_polygons(tmp_path: Path) -> None:
    # Two keypoints each, of which one is not there
    line = "0 .5 .5 .2 .2 -1 -1 .5 .5"
    boxes = load_yolo(stored(tmp_path, {"a.txt": f"{line}\n{line}"}))
    assert boxes.sizes.tolist() == [[0.2, 0.2]] * 2
    assert "2 of 2 would be no polygons in their image" in noted(boxes)[0][1]


AMBIGUOUS = "0 .6 .5 .55 .58 .45 .58 .4 .5 .45 .42 .55 .42"


@pytest.mark.parametrize("text", [AMBIGUOUS, f"{AMBIGUOUS}\n0 .5 .5 .1 .1", f"{AMBIGUOUS} .9"])
def test_what_may_be_both_is_an_error_that_names_both_options(tmp_path: Path, text: str) -> None:
    root = stored(tmp_path, {"a.txt": text})
    with pytest.raises(DataError, match=r"may be polygons.*--polygons .*--keypoints "):
        load_yolo(root)
    assert load_yolo(root, polygons=True).sizes[0].tolist() == pytest.approx([0.2, 0.16])
    assert load_yolo(root, keypoints=True).sizes[0].tolist() == [0.55, 0.58]
    with pytest.raises(UsageError, match="--polygons and --keypoints"):
        load_yolo(root, polygons=True, keypoints=True)


def test_a_closed_outline_among_boxes_is_a_polygon(tmp_path: Path) -> None:
    closed = "0 .2 .4 .3 .4 .3 .6 .2 .6 .2 .4"
    boxes = load_yolo(stored(tmp_path, {"a.txt": f"0 .5 .5 .1 .1\n{closed}"}))
    np.testing.assert_allclose(boxes.sizes, [(0.1, 0.1), (0.1, 0.2)])


def test_several_boxes_in_a_line_are_several_objects(tmp_path: Path) -> None:
    line = "0 .5 .5 .1 .2 3 .4 .4 .3 .2 1 .5 .5 1 1"
    boxes = load_yolo(stored(tmp_path, {"a.txt": f"{line}\n0 .5 .5 .5 .5"}))
    assert boxes.sizes.tolist() == [[0.1, 0.2], [0.3, 0.2], [1, 1], [0.5, 0.5]]
    assert boxes.report.objects == 4
    assert noted(boxes) == [("several objects in a line: each counts", "3 of 4 objects")]


@pytest.mark.parametrize("behind", ["cat", "# seen", "0.9 cat", "big cat here"])
def test_words_behind_a_box_are_noted_and_no_confidence(behind: str, tmp_path: Path) -> None:
    text = f"0 .5 .5 .5 .25 {behind}\n0 .5 .5 .25 .5\n# class x y w h\n"
    boxes = load_yolo(stored(tmp_path, {"a.txt": text}))
    assert sorted(boxes.sizes.tolist()) == [[0.25, 0.5], [0.5, 0.25]]
    assert [(one.reason, one.value) for one in boxes.report.problems if one.kind == "note"] == [
        ("words behind a box: passed over, training may refuse the line", "1 of 3 objects")
    ]


def test_a_sixth_field_is_a_confidence(tmp_path: Path) -> None:
    boxes = load_yolo(stored(tmp_path, {"a.txt": "0 .5 .5 .1 .2 .87\n1 .5 .5 .2 .2 .5"}))
    assert boxes.sizes.tolist() == [[0.1, 0.2], [0.2, 0.2]]
    reason = "six fields: a box with a confidence, as of predictions"
    assert noted(boxes) == [(reason, "2 of 2 objects")]


def test_names_in_place_of_numbers_are_named(tmp_path: Path) -> None:
    root = stored(tmp_path, {"a.txt": "person .5 .5 .1 .2\ntraffic light .5 .5 .1 .1"})
    with pytest.raises(DataError, match=r"2 of 2 labels begin with the name .*person, traffic li"):
        load_yolo(root)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_labels_in_utf_16_are_read(tmp_path: Path, encoding: str) -> None:
    boxes = load_yolo(stored(tmp_path, {"a.txt": "0 .5 .5 .25 .5\r\n".encode(encoding)}))
    assert boxes.sizes.tolist() == [[0.25, 0.5]]


def test_labels_in_percent_are_called_so(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="labels in percent: wanted fractions"):
        load_yolo(stored(tmp_path, {"a.txt": "0 24.5 38.5 39.98 80.98\n0 90 72 13 15"}))


def test_many_label_files_are_read_by_processes_in_the_same_order(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"labels/{row:04d}.txt": f"{row % 7} .5 .5 {(row + 1) / 1000:.6f} .5" for row in range(900)
    }
    root = stored(tmp_path, files)
    one, two = load_yolo(root, jobs=1), load_yolo(root, jobs=2)
    assert one.sizes[:, 0].tolist() == [round((row + 1) / 1000, 6) for row in range(900)]
    assert np.array_equal(one.sizes, two.sizes)
    assert np.array_equal(one.class_ids, two.class_ids)
    assert one.report == two.report


def test_a_folder_that_cannot_be_yolo_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing there"):
        load_yolo(tmp_path / "none")
    with pytest.raises(DataError, match=r"wanted YOLO labels, found no \.txt files"):
        load_yolo(tmp_path)


@pytest.mark.skipif("ANCHORKIT_DATA" not in os.environ, reason="needs ANCHORKIT_DATA")
def test_real_labels_with_surprises() -> None:
    labels = Path(os.environ["ANCHORKIT_DATA"], "wild", "labels")
    keypoints = read_lines((labels / "fifty_six_fields.txt").read_bytes())
    assert (keypoints.widths, keypoints.heights) == ([0.645759], [0.726859])
    assert list(keypoints.long) == [56]
    assert read_lines((labels / "pixels.txt").read_bytes()).pixels == 2
    with pytest.raises(DataError, match="labels in pixels"):
        load_yolo(labels)


TURNED_BY = "0 .5 .5 .2 .1 0.4\n0 .4 .4 .1 .3 -0.9\n0 .6 .6 .2 .2 1.4"


@pytest.mark.parametrize("behind", ["", " .93"])
def test_an_angle_is_no_confidence(tmp_path: Path, behind: str) -> None:
    lines = "\n".join(line + behind for line in TURNED_BY.split("\n"))
    root = stored(tmp_path, {"a.txt": lines})
    with pytest.raises(DataError, match=r"2 of 3 boxes .* no confidence .*: an angle.*--keypoints"):
        load_yolo(root)
    assert load_yolo(root, keypoints=True).sizes[:, 0].tolist() == [0.2, 0.1, 0.2]


def test_a_size_is_no_point_of_an_outline(tmp_path: Path) -> None:
    # Two kinds of objects, with four and with five keypoints in their small boxes
    four = "0 .5 .5 .1 .1 .48 .48 .52 .48 .48 .52 .52 .52"
    boxes = load_yolo(stored(tmp_path, {"a.txt": f"{four}\n1{four[1:]} .5 .5"}))
    assert boxes.sizes.tolist() == [[0.1, 0.1]] * 2
    assert "no point beside the others" in noted(boxes)[0][1]


def test_a_class_may_be_written_as_numpy_writes_it() -> None:
    labels = read_lines(b"1.500000e+01 .5 .5 .1 .2\n1.55e+01 .5 .5 .1 .2")
    assert labels.classes == ["15"]
    assert [fault[1] for fault in labels.faults] == ["class is not a number from 0"]
