"""The fast route gives what the reference reader gives, file by file."""

import pytest
from annotations import annotation, annotation_object
from fuzz import SAMPLE, check_file
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.loaders.voc_file import read_annotation
from anchorkit.loaders.voc_plain import read_plain

CAT = annotation_object()


def test_most_of_the_sample_takes_the_fast_route_and_agrees() -> None:
    files = [file.read_bytes() for file in sorted(SAMPLE.glob("*.xml"))]
    plain = [data for data in files if read_plain(data) is not None]
    assert len(plain) > len(files) / 2
    for data in plain:
        assert read_plain(data) == read_annotation(data)


numbers = st.one_of(st.integers(-2, 12), st.floats(-2, 12).map(repr), st.just(" 5\n"))
flags = st.sampled_from(["0", "1", "", " 1 ", "true", "Unspecified", "2"])
names = st.sampled_from(["cat", "猫", " road ", "a&amp;b", ""])
extras = st.sampled_from(
    [
        "",
        "<pose>Left</pose>",
        "<part><name>head</name></part>",
        "<!-- x -->",
        "\n\t",
        "<name>b</name>",
    ]
)


@st.composite
def objects(draw: st.DrawFn) -> str:
    sides = ["xmin", "ymin", "xmax", "ymax"]
    if draw(st.booleans()):
        sides = draw(st.permutations(sides))
    gap = draw(st.sampled_from(["", "\r\n\t"]))
    box = gap.join(f"<{side}>{draw(numbers)}</{side}>" for side in sides)
    before = f"<name>{draw(names)}</name>{draw(extras)}<difficult>{draw(flags)}</difficult>"
    after = draw(st.sampled_from(["", f"<truncated>{draw(flags)}</truncated>"]))
    return (
        f"<object>{gap}{before}<bndbox>{gap}{box}</bndbox>{after}{draw(extras)}{gap}</object>{gap}"
    )


@given(
    st.lists(objects(), max_size=4),
    st.tuples(st.sampled_from([8, 12, "9.5", 0]), st.sampled_from([8, " 10 "])),
    st.sampled_from(["", "\ufeff", "<?xml version='1.0' encoding='UTF-8'?>\n"]),
)
def test_generated_files_agree(some: list[str], size: tuple[object, object], start: str) -> None:
    check_file((start + annotation(*some, size=size)).encode("utf-8"))


@pytest.mark.parametrize(
    "data",
    [
        annotation(CAT, annotation_object((0, 0, 9, 4))),
        annotation(CAT, annotation_object((0, 0, 4, 9))),
        annotation(CAT, annotation_object((-1, 0, 4, 4))),
        annotation(CAT, annotation_object((0, -1, 4, 4))),
        annotation(CAT, annotation_object((4, 4, 4, 8))),
        annotation(CAT, size=None),
        annotation(CAT, size=(0, 8)),
        annotation(CAT).replace("<size>", "<size/><size>"),
        annotation(CAT, "<object/>"),
        annotation(CAT, "<object><name>cat</name></object>"),
        annotation(CAT, "<!-- " + CAT + " -->"),
        annotation(CAT, annotation_object(name="")),
        annotation(annotation_object(more="<bndbox>1</bndbox>")),
        annotation(annotation_object(more="<difficult><a/>1</difficult>")),
        annotation(annotation_object(("1", "1", "nan", "3"))),
        annotation(annotation_object(("1", "1", "1_2", "3"))),
        annotation(annotation_object(("1", "1", "1.2.3", "3"))),
        annotation(CAT).replace("cat", "c\x01t"),
        annotation(CAT).replace("cat", "c\uffffat"),
        annotation(CAT) + "x",
        annotation(CAT)[:-1],
        annotation(CAT).replace("<filename>", "<filename>]]>"),
        annotation(f"<crowd>{CAT}</crowd>"),
        annotation(CAT).replace("annotation>", "annotations>"),
    ],
)
def test_what_is_not_plain_is_left_to_the_reference_reader(data: str) -> None:
    assert read_plain(data.encode("utf-8")) is None
    check_file(data.encode("utf-8"))


def test_corners_in_the_other_common_order_take_the_fast_route() -> None:
    box = "<xmin>0</xmin><xmax>4</xmax><ymin>1</ymin><ymax>8</ymax>"
    data = annotation(f"<object><name>cat</name><bndbox>{box}</bndbox></object>").encode()
    found = read_plain(data)
    assert found is not None
    assert (found.widths, found.heights) == ([0.5], [0.875])
    assert found == read_annotation(data)


def test_text_around_boxes_is_not_kept_without_bound() -> None:
    from anchorkit.loaders import voc_plain

    for number in range(30):
        objects_ = [annotation_object(name=f"{number}-{one}") for one in range(500)]
        assert read_plain(annotation(*objects_).encode()) is not None
    assert len(voc_plain._labels) <= 10_000
    assert len(voc_plain._joints) <= 10_000
