from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.reports.tables import markdown_table
from anchorkit.suggestions import FEW, SHOWN, names_there

SAMPLE = Path(__file__).parents[2] / "sample_voc"


@pytest.mark.parametrize(
    ("cell", "shown"),
    [
        ("2*", r"2\*"),
        ("a|b", r"a\|b"),
        ("`x`", r"\`x\`"),
        ("<b>", r"\<b>"),
        ("[a](b)", r"\[a\](b)"),
        ("~~a~~", r"\~\~a\~\~"),
        ("_a_", r"\_a\_"),
        ("light_vehicle_2", "light_vehicle_2"),
        ("\\", r"\\"),
        ("two\nlines", r"two\\nlines"),
    ],
)
def test_signs_of_markdown_in_a_cell_are_shown_as_they_are(cell: str, shown: str) -> None:
    assert markdown_table(["x"], [[cell]]).splitlines()[-1] == f"| {shown} |"


def test_a_class_of_markdown_signs_is_shown_as_it_is(tmp_path: Path) -> None:
    objects = [annotation_object(name=name) for name in ("*cat*", "dog_house")]
    root = voc_folder(tmp_path, {"a.xml": annotation(*objects)})
    shown = run("inspect", "--voc", root, "--format", "markdown").out
    assert r"| \*cat\* |" in shown
    assert "| dog_house |" in shown


def test_few_names_are_listed_and_of_many_the_closest() -> None:
    few = [f"set{number}" for number in range(FEW)]
    assert names_there("sett", few) == ", ".join(few)
    assert names_there("sett", []) == "none"
    said = names_there("set7", [*few, "one more"])
    assert said.startswith(f"{FEW + 1}, the closest: set7, set")
    assert said.count(",") == SHOWN


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cluster", "--image-set", "dog_tran"], "found: 63, the closest: dog_train, "),
        (["sweep", "--val", "dog_tran"], "found: 63, the closest: dog_train, "),
        (["inspect", "--class", "dogg"], "found: 20, the closest: dog, "),
    ],
)
def test_a_mistyped_name_among_many_is_told_the_closest(words: list[str], said: str) -> None:
    assert said in run(*words, "--voc", SAMPLE).err


def test_a_mistyped_image_set_of_saved_boxes_is_told_the_closest(tmp_path: Path) -> None:
    assert run("extract", "--voc", SAMPLE, "-o", tmp_path / "b.npz").code == 0
    done = run("cluster", "--boxes", tmp_path / "b.npz", "--image-set", "dog_tran")
    assert "found: 63, the closest: dog_train, " in done.err
