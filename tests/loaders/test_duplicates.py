"""The same data given twice is not counted twice in silence."""

import os
import shutil
import sys
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.loaders.duplicates import REASON, overlaps

LABEL = "0 .5 .5 .5 .5\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that commands run in: a VOC folder, and label files beside it."""
    monkeypatch.chdir(tmp_path)
    voc_folder(Path("voc"), {name: annotation(annotation_object()) for name in ("a.xml", "b.xml")})
    Path("voc/labels").mkdir()
    Path("voc/labels/a.txt").write_text(LABEL)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--voc", "voc", "--voc", "voc"], "voc: given twice"),
        (["--voc", "voc", "--voc", "voc/../voc"], "voc/../voc: given twice (it is voc)"),
        (["--yolo", "voc", "--yolo", "./voc/"], "voc: given twice"),
        (["--voc", "voc", "--yolo", "voc", "--voc", f"{os.curdir}/voc/"], "voc: given twice"),
    ],
)
def test_one_place_given_twice_is_bad_usage(words: list[str], said: str) -> None:
    done = run("inspect", *words)
    assert done == (2, "", f"anchorkit: error: {said}: its boxes would count twice\n")


def test_a_path_that_is_guessed_and_the_option_are_one_place() -> None:
    shutil.rmtree("voc/labels")
    assert run("inspect", "--voc", "voc", Path("voc").absolute()).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="links take a right there")
def test_a_link_to_a_source_is_the_same_source() -> None:
    Path("link").symlink_to("voc")
    done = run("inspect", "--voc", "voc", "--voc", "link")
    assert (done.code, "link: given twice (it is voc)" in done.err) == (2, True)


@pytest.mark.parametrize(
    ("first", "second", "file"),
    [
        ("voc", "voc/Annotations", "voc/Annotations/a.xml"),
        ("all", "all/voc", "all/voc/Annotations/a.xml"),
    ],
)
def test_files_that_two_sources_share_are_told(first: str, second: str, file: str) -> None:
    shutil.copytree("voc", "all/voc")
    done = run("cluster", "--voc", first, "--voc", second, "-k", "1")
    assert done.code == 0
    assert done.err.splitlines() == [
        f"anchorkit: warning: {second}: {REASON} (--voc: 2, such as {file})",
    ]
    strict = run("cluster", "--voc", first, "--voc", second, "-k", "1", "--strict")
    assert strict.code == 1
    assert strict.err.endswith("--strict: 1 source with files of an earlier one\n")


def test_what_is_given_once_is_told_nothing_about() -> None:
    shutil.copytree("voc", "other")
    done = run("cluster", "--voc", "voc", "--voc", "other", "--yolo", "voc", "-k", "1")
    assert (done.code, done.err) == (0, "")


def test_extracted_classes_of_one_folder_are_no_repeats() -> None:
    files: dict[str, str | bytes] = {
        "c.xml": annotation(annotation_object(), annotation_object(name="dog"))
    }
    voc_folder(Path("voc"), files)
    for name in ("cat", "dog"):
        assert run("extract", "--voc", "voc", "--class", name, "-o", f"{name}.npz").code == 0
    done = run("cluster", "--boxes", "cat.npz", "--boxes", "dog.npz", "-k", "1")
    assert (done.code, done.err) == (0, "")


def test_each_source_is_compared_with_all_before_it() -> None:
    sources = [("voc", Path(name)) for name in "abc"]
    notes = overlaps(sources, [["x/1.xml", "x/1.xml"], ["x/2.xml"], ["x/2.xml", "./x/1.xml"]])
    assert [(note.file, note.value) for note in notes] == [("c", "--voc: 2, such as x/2.xml")]
