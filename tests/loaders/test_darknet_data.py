from pathlib import Path

import pytest

from anchorkit.errors import DataError, UsageError
from anchorkit.loaders.darknet_data import darknet_classes, load_darknet_data
from anchorkit.loaders.listed_images import NO_LABEL

LABEL = "0 0.5 0.5 0.5 0.25\n"


def project(root: Path, images: str, labels: tuple[str, ...], keys: str = "") -> Path:
    """A darknet folder whose data file lists the images."""
    files = {
        "data/obj.data": keys or "classes = 2\ntrain = data/train.txt\nnames = data/obj.names\n",
        "data/obj.names": "person\nbicycle\n",
        "data/train.txt": images,
        **dict.fromkeys(labels, LABEL),
    }
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root / "data" / "obj.data"


@pytest.mark.parametrize(
    ("image", "label"),
    [
        ("data/obj/a.jpg", "data/obj/a.txt"),
        ("data/obj/a.b.jpeg", "data/obj/a.b.txt"),
        ("VOC2007/JPEGImages/a.jpg", "VOC2007/labels/a.txt"),
        ("coco/images/train2017/a.jpg", "coco/labels/train2017/a.txt"),
        ("set/images/sub/a.png", "set/labels/sub/a.txt"),
        ("images/a.png", "labels/a.txt"),
        ("images/a.png", "images/a.txt"),
        ("  data/with blank/a b.jpg \r", "data/with blank/a b.txt"),
    ],
)
def test_labels_lie_beside_the_images_or_where_darknet_looks(
    image: str, label: str, tmp_path: Path
) -> None:
    boxes = load_darknet_data(project(tmp_path, f"{image}\n", (label,)))
    assert boxes.sizes.tolist() == [[0.5, 0.25]]
    assert boxes.class_names == ("person",)
    assert boxes.image_files[0].endswith(label)


def test_labels_are_named_as_the_data_file_was_typed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project(tmp_path / "net", "data/a.jpg\n", ("data/a.txt",))
    monkeypatch.chdir(tmp_path)
    assert load_darknet_data("net/data/obj.data").image_files == ("net/data/a.txt",)
    monkeypatch.chdir(tmp_path / "net" / "data")
    above = (tmp_path / "net" / "data" / "a.txt").as_posix()
    assert load_darknet_data("obj.data").image_files == (above,)


def test_a_folder_is_no_data_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="wanted a darknet data file, found a folder"):
        load_darknet_data(tmp_path)


def test_darknet_s_own_place_comes_before_that_beside_the_image(tmp_path: Path) -> None:
    both = ("VOC/JPEGImages/a.txt", "VOC/labels/a.txt")
    boxes = load_darknet_data(project(tmp_path, "VOC/JPEGImages/a.jpg\n", both))
    assert boxes.image_files[0].endswith("VOC/labels/a.txt")


def test_paths_hold_from_the_current_folder_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = project(tmp_path / "one", "data/a.jpg\n", ("data/a.txt",))
    other = project(tmp_path / "two", "data/a.jpg\n", ("data/a.txt",))
    (other.parent / "a.txt").write_text("1 .5 .5 .125 .125")
    assert load_darknet_data(file).sizes.tolist() == [[0.5, 0.25]]
    monkeypatch.chdir(tmp_path / "two")
    assert load_darknet_data(file).sizes.tolist() == [[0.125, 0.125]]


def test_absolute_paths_hold(tmp_path: Path) -> None:
    image = (tmp_path / "pictures" / "a.jpg").as_posix()
    boxes = load_darknet_data(project(tmp_path, image, ("pictures/a.txt",)))
    assert len(boxes) == 1


def test_an_image_without_labels_is_named_as_missing(tmp_path: Path) -> None:
    boxes = load_darknet_data(project(tmp_path, "x/a.jpg\nx/b.jpg\n", ("x/a.txt",)))
    assert (boxes.images, len(boxes), boxes.report.left_out) == (1, 1, 0)
    assert [str(problem) for problem in boxes.report.problems] == [
        "x/b.jpg: an image without a label file"
    ]
    assert boxes.report.problems[0].kind == "missing"


def test_an_image_that_is_there_has_no_label_of_another(tmp_path: Path) -> None:
    path = project(tmp_path, "data/a.jpg\ndata/empty/a.jpg\n", ("data/a.txt",))
    (tmp_path / "data" / "empty").mkdir()
    for image in ("data/a.jpg", "data/empty/a.jpg"):
        (tmp_path / image).touch()
    boxes = load_darknet_data(path)
    assert len(boxes) == 1
    (problem,) = boxes.report.problems
    assert problem.file.endswith("data/empty/a.jpg")
    assert (problem.kind, problem.reason) == ("missing", NO_LABEL)


def test_an_image_that_is_listed_twice_counts_twice(tmp_path: Path) -> None:
    boxes = load_darknet_data(project(tmp_path, "x/a.jpg\nx/a.jpg\n", ("x/a.txt",)))
    assert (boxes.images, len(boxes)) == (2, 2)


def test_an_image_that_is_listed_twice_is_noted_once(tmp_path: Path) -> None:
    images = "data/a.jpg\ndata/b.jpg\ndata/a.jpg\ndata/a.jpg\n"
    path = project(tmp_path, images, ("data/a.txt", "data/b.txt"))
    (note,) = load_darknet_data(path).report.problems
    assert (note.reason, note.kind) == (
        "images listed more than once: their boxes count as often",
        "note",
    )
    assert note.value.startswith("2 more, such as ")
    assert note.value.endswith("data/a.txt")


@pytest.mark.parametrize(("classes", "said"), [("3", "3, 2 names"), ("1", "1, 2 names")])
def test_classes_that_are_not_as_many_as_names_are_noted(
    classes: str, said: str, tmp_path: Path
) -> None:
    keys = f"classes = {classes}\ntrain = data/train.txt\nnames = data/obj.names\n"
    path = project(tmp_path, "data/a.jpg\n", ("data/a.txt",), keys)
    (note,) = load_darknet_data(path).report.problems
    assert (note.reason, note.value) == ("classes is not the number of names", said)


def test_class_order_is_that_of_the_names_filled_up_to_classes(tmp_path: Path) -> None:
    keys = "# comment = 1\nclasses=3\nclasses=9\n train= data/train.txt\nnames =data/obj.names"
    assert darknet_classes(project(tmp_path, "", (), keys)) == ["person", "bicycle", "2"]


@pytest.mark.parametrize(
    ("keys", "error", "message"),
    [
        ("classes = 1\n", DataError, "wanted `train = ` and a list of images, found classes"),
        ("", DataError, "found nothing"),
        (
            "train = data/none.txt\n",
            DataError,
            r"train = data/none\.txt: wanted a file, found nothing there",
        ),
        ("train = data/train.txt\nclasses = two\n", DataError, "wanted a number, found 'two'"),
        ("train = data/train.txt\n", DataError, r"train\.txt: wanted a list of images, found none"),
    ],
)
def test_a_data_file_that_cannot_be_used_is_an_error(
    keys: str, error: type[Exception], message: str, tmp_path: Path
) -> None:
    file = project(tmp_path, "\n", (), keys or "\n")
    with pytest.raises(error, match=message):
        load_darknet_data(file)


def test_a_list_whose_images_have_no_labels_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none of its 2 images has a label file, such as x/a\.jpg"):
        load_darknet_data(project(tmp_path, "x/a.jpg\nx/b.jpg\n", ()))


def test_a_missing_data_file_is_bad_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.data: "):
        load_darknet_data(tmp_path / "none.data")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x89PNG\0\xff=\1\n" * 99, "another kind of file"),
        (b"batch=1\nsubdivisions=1\nwidth=1\nheight=1\na=1\nb=1\nc=1\n", "batch, .* b, [.]{3}$"),
        (b"x" * 5000 + b"=1\n", "x{200}, [.]{3}$"),
    ],
)
def test_a_file_that_is_no_data_file_is_named_in_one_short_line(
    content: bytes, found: str, tmp_path: Path
) -> None:
    (tmp_path / "net.data").write_bytes(content)
    with pytest.raises(DataError, match=f"found {found}") as caught:
        load_darknet_data(tmp_path / "net.data")
    assert len(str(caught.value)) < 400
    assert str(caught.value).isprintable()


def test_names_that_are_not_there_are_a_note(tmp_path: Path) -> None:
    keys = "classes = 2\ntrain = data/train.txt\nnames = gone.names\n"
    boxes = load_darknet_data(project(tmp_path, "x/a.jpg\n", ("x/a.txt",), keys))
    assert boxes.class_names == ("0",)
    assert [(one.reason, one.kind) for one in boxes.report.problems] == [
        ("no file of names: classes are numbers", "note")
    ]


@pytest.mark.parametrize(
    "image",
    [
        "/elsewhere/darknet/data/obj/a.jpg",
        "D:\\elsewhere\\yolo\\data\\obj\\a.jpg",
        "data\\obj\\a.jpg",
        "./build/x64/data/obj/a.jpg",
        '"data/obj/a.jpg"',
    ],
)
def test_paths_of_another_machine_are_found_by_their_ends(image: str, tmp_path: Path) -> None:
    boxes = load_darknet_data(project(tmp_path, f"{image}\n", ("data/obj/a.txt",)))
    assert len(boxes) == 1
    assert boxes.report.problems == ()


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig", "utf-16-le"])
def test_files_as_windows_shells_write_them_are_read(encoding: str, tmp_path: Path) -> None:
    keys = "classes = 2\r\ntrain = data\\train.txt\r\nnames = 'data\\obj.names'\r\n"
    file = project(tmp_path, "", ("data/obj/a b.txt",))
    file.write_bytes(keys.encode(encoding))
    (file.parent / "train.txt").write_bytes("data\\obj\\a b.jpg\r\n".encode(encoding))
    boxes = load_darknet_data(file)
    assert boxes.class_names == ("person",)


def test_another_key_is_another_part(tmp_path: Path) -> None:
    keys = "train = data/train.txt\nvalid = data/valid.txt\n"
    file = project(tmp_path, "x/a.jpg\n", ("x/a.txt", "x/b.txt"), keys)
    (tmp_path / "data" / "valid.txt").write_text("x/b.jpg\n")
    assert load_darknet_data(file).image_files[0].endswith("x/a.txt")
    for name in ("val", "valid"):
        (found,) = load_darknet_data(file, image_sets=[name]).image_files
        assert found.endswith("x/b.txt")
    both = load_darknet_data(file, besides=["val"], keep_sets=True)
    assert [len(files) for files in both.image_sets.values()] == [1, 1]
    with pytest.raises(DataError, match="wanted the key test, found train, valid"):
        load_darknet_data(file, image_sets=["test"])


def test_thousands_of_images_without_labels_are_not_looked_for_everywhere(tmp_path: Path) -> None:
    images = "".join(f"/a/b/c/d/e/f/{row}.jpg\n" for row in range(3000))
    boxes = load_darknet_data(project(tmp_path, f"x/a.jpg\n{images}", ("x/a.txt",)))
    assert boxes.report.count("missing") == 3000
