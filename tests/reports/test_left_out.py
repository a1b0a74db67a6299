"""The summary of what a load lost, and --strict."""

from pathlib import Path

from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.load_report import Problem, Report
from anchorkit.reports.left_out import by_reason, heavy_losses, loss_lines

CAT, FLAT = annotation_object(), annotation_object((4, 4, 4, 8))


def test_reasons_stand_by_frequency_and_then_by_name() -> None:
    problems = [
        Problem(f"{row}.xml", 1, reason, "", "left_out")
        for row, reason in enumerate(["zero", "two", "one", "zero"])
    ]
    groups = by_reason(problems)
    assert list(groups) == ["zero", "one", "two"]
    assert [problem.file for problem in groups["zero"]] == ["0.xml", "3.xml"]


def test_nothing_lost_is_nothing_to_say() -> None:
    assert loss_lines(Report(files=9, images=9, objects=9, filtered={"class": 4})) == []


def test_summary_counts_each_reason_and_gives_the_first_examples(tmp_path: Path) -> None:
    root = voc_folder(
        tmp_path / "set",
        {
            "a.xml": annotation(CAT, FLAT, FLAT, FLAT, annotation_object((0, 0, 9, 8))),
            "b.xml": "",
            "._b.xml": b"\0",
        },
    )
    folder = (root / "Annotations").as_posix()
    ran = run("cluster", "--voc", root, "-k", 1)
    assert ran.code == 0
    assert ran.err.splitlines() == [
        "anchorkit: warning: 3 of 5 objects left out (60%): no area",
        "anchorkit: warning: 1 of 2 files unreadable (50%): empty file",
        "anchorkit: note: 3 of 5 objects left out",
        "  3  no area",
        f"     {folder}/a.xml: object 2 (4,4,4,8)",
        f"     {folder}/a.xml: object 3 (4,4,4,8), ...",
        "anchorkit: note: 1 of 2 files unreadable",
        "  1  empty file",
        f"     {folder}/b.xml",
        "anchorkit: note: 1 box altered",
        "  1  clipped to the image",
        f"     {folder}/a.xml: object 5 (0,0,9,8 in 8 x 8)",
        "anchorkit: note: 1 hidden file passed over",
    ]
    quiet = run("cluster", "--voc", root, "-k", 1, "--quiet").err.splitlines()
    assert quiet == ran.err.splitlines()[:2]


def strict(root: Path, *options: str) -> tuple[int, str]:
    """Exit code and what is said last."""
    ran = run("cluster", "--voc", root, "-k", 1, "--strict", "--quiet", *options)
    return ran.code, "".join(ran.err.splitlines(keepends=True)[-1:])


def test_strict_fails_on_left_out_objects_unreadable_files_and_missing_ones(tmp_path: Path) -> None:
    flat = voc_folder(tmp_path / "flat", {"a.xml": annotation(CAT, FLAT)})
    assert strict(flat) == (1, "anchorkit: error: --strict: 1 object left out\n")
    broken = voc_folder(tmp_path / "broken", {"a.xml": annotation(CAT), "b.xml": "<"})
    assert strict(broken) == (1, "anchorkit: error: --strict: 1 file unreadable\n")
    listed = voc_folder(tmp_path / "listed", {"a.xml": annotation(CAT)})
    (listed / "ImageSets" / "Main").mkdir(parents=True)
    (listed / "ImageSets/Main/train.txt").write_text("a\nb\n")
    wanted = (1, "anchorkit: error: --strict: 1 annotation missing\n")
    assert strict(listed, "--image-set", "train") == wanted


def test_strict_passes_on_what_was_filtered_clipped_or_hidden(tmp_path: Path) -> None:
    root = voc_folder(
        tmp_path,
        {
            "a.xml": annotation(CAT, annotation_object((0, 0, 9, 8), name="dog")),
            "._a.xml": b"\0\5\x16\7",
            ".old/b.xml": "<",
        },
    )
    assert strict(root) == (0, "")
    assert strict(root, "--class", "dog") == (0, "")


def test_much_that_is_lost_is_said_first_with_what_mends_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        f"{row}.xml": annotation(CAT, CAT, size=None if row < 9 else (8, 8)) for row in range(10)
    }
    ran = run("cluster", "--voc", voc_folder(tmp_path, files), "-k", "1", "--quiet")
    first = ran.err.splitlines()[0]
    assert first == (
        "anchorkit: warning: 18 of 20 objects left out (90%): image size missing: "
        "--images DIR reads it from the images"
    )
    assert ran.code == 0


def test_little_that_is_lost_is_no_warning() -> None:
    flat = Problem("a.xml", 1, "no area", "", "left_out")
    assert heavy_losses(Report(files=1, images=1, objects=100, problems=(flat,))) == []
    assert heavy_losses(Report(files=1, images=1, objects=30, problems=(flat,))) == [
        "1 of 30 objects left out (3%): no area"
    ]
    # What the user excludes is not there to be lost
    report = Report(files=1, images=1, objects=100, problems=(flat,), filtered={"class": 80})
    assert heavy_losses(report) == ["1 of 20 objects left out (5%): no area"]


def test_files_that_are_lost_count_as_well() -> None:
    problems = [
        Problem("a.xml", None, "empty file", "", "unreadable"),
        Problem("b.xml", None, "not well-formed XML", "", "unreadable"),
        Problem("c.xml", None, "not well-formed XML", "", "unreadable"),
        Problem("d.xml", None, "listed, but not there", "", "missing"),
    ]
    assert heavy_losses(Report(files=10, images=7, problems=tuple(problems))) == [
        "3 of 10 files unreadable (30%): most (2) not well-formed XML",
        "1 of 11 files missing (9%): listed, but not there",
    ]


def test_a_share_of_left_out_objects_is_a_gate(tmp_path: Path) -> None:
    root = voc_folder(tmp_path, {"a.xml": annotation(CAT, CAT, CAT, FLAT)})
    words = ["check", "--anchors", "200,100", "--voc", root, "--max-left-out"]
    assert run(*words, "0.25").code == 0
    failed = run(*words, "0.2")
    assert failed.code == 1
    assert failed.err.endswith("error: check failed: max-left-out\n")
    assert run(*words[:3], *words[-1:], "0.2").code == 2
