from pathlib import Path

import pytest
from command import run

from anchorkit.suggestions import FEW, SHOWN, names_there

SAMPLE = Path(__file__).parents[1] / "sample_voc"


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
