import pytest

from anchorkit.cli.options.typed import HOW, typed_command, without_options


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (["plot", "--voc", "a", "-o", "b.png"], ["plot", "--voc", "a"]),
        (["plot", "-ob.png", "--voc=a"], ["plot", "--voc=a"]),
        (["cluster", "--plot=x", "--jobs", "3", "-k", "9"], ["cluster", "-k", "9"]),
        (["cluster", "--quiet", "a"], ["cluster", "a"]),
        (["plot", "--output", "x", "--", "-o"], ["plot", "--", "-o"]),
    ],
)
def test_what_changes_no_picture_is_left_out(words: list[str], kept: list[str]) -> None:
    assert without_options(words, HOW) == kept


def test_without_a_command_there_is_nothing_to_say() -> None:
    assert typed_command() == ""
