from pathlib import Path

import pytest
from annotations import annotation, annotation_object, voc_folder
from command import run

from anchorkit.reports.tables import markdown_table

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
