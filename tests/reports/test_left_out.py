"""The summary of what a load lost, and --strict."""

from pathlib import Path

from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.load_report import Problem, Report
from anchorkit.reports.left_out import by_reason, loss_lines

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
    assert run("cluster", "--voc", root, "-k", 1, "--quiet").err == ""


def strict(root: Path, *more: str) -> tuple[int, str]:
    ran = run("cluster", "--voc", root, "-k", 1, "--strict", "--quiet", *more)
    return ran.code, ran.err


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
