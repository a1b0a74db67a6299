"""What is to be written is looked at before the work: nothing is lost, nothing found out late."""

import os
from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from cfgs import V3
from command import run

from anchorkit.boxes import boxes_of
from anchorkit.cli.options.output_paths import check_folder, check_output
from anchorkit.errors import UsageError, WriteError
from anchorkit.loaders.npz import load_boxes, save_boxes

PICTURES = [
    ("plot", ["-o", "{}.png"]),
    ("cluster", ["--plot", "{}.svg"]),
    ("sweep", ["--plot", "{}.pdf"]),
]
FILES = [
    ("extract", ["-o", "{}.npz"]),
    ("cluster", ["--export", "csv:{}.csv"]),
    ("cluster", ["--cfg", "net.cfg", "--cfg-output", "{}.cfg"]),
    ("apply", ["--anchors", "1,2", "--cfg", "net.cfg", "--cfg-output", "{}.cfg"]),
    ("apply", ["--anchors", "1,2", "--cfg", "net.cfg", "--export", "csv:{}.csv"]),
]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that commands run in; its data is faulty, which only reading it brings up."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "net.cfg").write_text(V3)
    voc_folder(tmp_path / "voc", {"a.xml": "<oops"})
    return tmp_path


def data(command: str) -> list[str]:
    return [] if command == "apply" else ["--voc", "voc"]


@pytest.mark.parametrize(("command", "options"), [*FILES, *PICTURES])
def test_a_missing_folder_is_bad_usage_found_before_reading(
    command: str, options: list[str]
) -> None:
    words = [word.format("none/x") for word in options]
    done = run(command, *data(command), *words)
    typed = " ".join(words[-2:])
    assert done == (
        2,
        "",
        f"anchorkit: error: {typed}: none: wanted a folder to write into, found nothing there\n",
    )


@pytest.mark.parametrize(("command", "options"), FILES)
def test_a_folder_in_the_place_of_a_file_is_bad_usage(command: str, options: list[str]) -> None:
    words = [word.format("x") for word in options]
    place = Path(words[-1].rpartition(":")[2])
    place.mkdir()
    done = run(command, *data(command), *words)
    typed = " ".join(words[-2:])
    assert done == (2, "", f"anchorkit: error: {typed}: wanted a file to write, found a folder\n")


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["-o", "README.md"], "boxes saved by `anchorkit extract`"),
        (["-o", "net.cfg"], "boxes saved by `anchorkit extract`"),
        (["-o", "other.npz"], "boxes saved by `anchorkit extract`"),
        (["--cfg", "net.cfg", "--cfg-output", "README.md"], "a cfg"),
        (["--export", "csv:README.md"], "an export of anchorkit"),
    ],
)
def test_a_file_of_another_kind_is_refused_before_reading(words: list[str], what: str) -> None:
    Path("README.md").write_text("# Mine\n")
    Path("other.npz").write_bytes(b"PK\3\4 mine")
    before = {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}
    done = run("extract" if "-o" in words else "cluster", "--voc", "voc", *words)
    assert done.code == 1
    typed = " ".join(words[-2:])
    assert done.err == (
        f"anchorkit: error: {typed}: holds something else than {what}; name a new file\n"
    )
    assert before == {path: path.read_bytes() for path in Path().iterdir() if path.is_file()}


def test_extract_replaces_no_boxes_that_it_reads() -> None:
    save_boxes(Path("b.npz"), boxes_of([(0.5, 0.5)] * 7))
    before = Path("b.npz").read_bytes()
    done = run("extract", "--boxes", "b.npz", "--class", "a", "-o", "./b.npz")
    typed = "-o b.npz: wanted a file of its own, found that of --boxes b.npz"
    assert done == (2, "", f"anchorkit: error: {typed}\n")
    assert Path("b.npz").read_bytes() == before


def test_extract_replaces_saved_boxes_and_empty_files() -> None:
    voc_folder(Path("good"), {"a.xml": annotation(annotation_object())})
    save_boxes("old.npz", boxes_of([(0.5, 0.5)] * 7))
    Path("empty.npz").touch()
    for name in ("old.npz", "empty.npz"):
        assert run("extract", "--voc", "good", "-o", name).code == 0
        assert len(load_boxes(name)) == 1


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["cluster", "--plot", "file"], "file"),
        (["cluster", "--plot", "file/below"], "file/below"),
        (["cluster", "--tensorboard", "file"], "file"),
        (["sweep", "--tensorboard", "file/below"], "file/below"),
    ],
)
def test_a_file_in_the_place_of_a_folder_is_bad_usage(words: list[str], place: str) -> None:
    Path("file").write_text("mine")
    done = run(words[0], "--voc", "voc", *words[1:])
    above = "" if place == "file" else " file:"
    message = f"{words[1]} {place}:{above} wanted a folder, found a file"
    assert done == (2, "", f"anchorkit: error: {message}\n")


def test_a_folder_may_be_made_below_missing_ones() -> None:
    check_folder(Path("none/below/plots"), "-o")
    check_output(Path(os.devnull), "-o", ours=lambda _: False)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="all may be written by this user"
)
def test_what_may_not_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "fixed").write_text("")
    (tmp_path / "fixed").chmod(0o400)
    (tmp_path / "shut").mkdir(0o500)
    with pytest.raises(WriteError, match="the file is read-only"):
        check_output(tmp_path / "fixed", "-o")
    with pytest.raises(WriteError, match="the folder is read-only"):
        check_output(tmp_path / "shut" / "x", "-o")
    with pytest.raises(WriteError, match="the folder shut is read-only"):
        check_folder(tmp_path / "shut" / "x", "-o")
    with pytest.raises(UsageError):
        check_output(tmp_path / "fixed" / "x", "-o")


def test_a_folder_that_is_shut_is_told_of_new_files_not_of_old_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").write_text("")
    for name in ("there", "new"):
        check_output(tmp_path / name, "-o")
    monkeypatch.setattr(os, "access", lambda path, _: not Path(path).is_dir())
    with pytest.raises(WriteError, match="the folder is read-only"):
        check_output(tmp_path / "new", "-o")
    check_output(tmp_path / "there", "-o")
    check_output(Path(os.devnull), "-o")


@pytest.mark.parametrize(
    ("command", "option", "name"),
    [
        ("plot", "-o", "mine.png"),
        ("cluster", "--plot", "mine.svg"),
        ("sweep", "--plot", "mine.PDF"),
        ("cluster", "--plot", "boxes.png"),
        ("sweep", "--plot", "sweep.png"),
    ],
)
def test_a_picture_replaces_nothing_but_a_picture(command: str, option: str, name: str) -> None:
    folder = Path("drawn")
    folder.mkdir()
    file = folder / name
    file.write_text(V3)
    place = folder if name in ("boxes.png", "sweep.png") else file
    done = run(command, "--voc", "voc", option, place)
    form = file.suffix[1:].upper()
    assert (done.code, file.read_text()) == (1, V3)
    assert done.err == (
        f"anchorkit: error: {option} {file}: holds something else than a picture ({form}); "
        "name a new file\n"
    )


@pytest.mark.parametrize("suffix", [".png", ".svg", ".pdf"])
def test_a_picture_replaces_the_one_drawn_before(suffix: str) -> None:
    voc_folder(Path("good"), {"a.xml": annotation(annotation_object())})
    for name in (f"x{suffix}", f"x{suffix}"):
        assert run("plot", "--voc", "good", "-o", name).code == 0


@pytest.mark.parametrize(
    ("command", "outputs"),
    [
        ("cluster", ["--plot", "x.png", "--export", "csv:x.png"]),
        ("cluster", ["--cfg", "net.cfg", "--cfg-output", "x.png", "--plot", "./x.png"]),
        ("cluster", ["--cfg", "net.cfg", "--cfg-output", "x", "--export", "csv:sub/../x"]),
        ("apply", ["--cfg", "net.cfg", "--cfg-output", "x", "--export", "csv:x"]),
    ],
)
def test_two_outputs_into_one_file_are_bad_usage(command: str, outputs: list[str]) -> None:
    Path("sub").mkdir()
    source = ["--anchors", "1,2"] if command == "apply" else ["--voc", "voc"]
    done = run(command, *source, *outputs)
    assert done.code == 2
    assert "wanted a file of its own, found that of" in done.err
    assert done.err.count("\n") == 1
    assert not Path("x").exists()
    assert not Path("x.png").exists()
