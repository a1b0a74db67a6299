"""What a shell is told while a command is being typed: click's part is to ask, ours to answer."""

import pytest
from command import run


def offered(
    monkeypatch: pytest.MonkeyPatch, *words: str, shell: str = "bash"
) -> list[tuple[str, str]]:
    """(kind, value) of what is offered for the last of the words of a command line."""
    monkeypatch.setenv("_ANCHORKIT_COMPLETE", f"{shell}_complete")
    monkeypatch.setenv("COMP_WORDS", " ".join(["anchorkit", *words]))
    monkeypatch.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words)))
    done = run()
    assert (done.code, done.err) == (0, "")
    if shell == "zsh":  # kind, value and help, each on its line
        lines = done.out.splitlines()
        return list(zip(lines[::3], lines[1::3], strict=True))
    return [tuple(line.split("\t")[0].split(",", 1)) for line in done.out.splitlines()]  # type: ignore[misc]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(
    ("words", "values"),
    [
        (["cluster", "--trainer", "yo"], ["yolov5", "yolov7"]),
        (["evaluate", "--preset", "yolov3"], ["yolov3", "yolov3-tiny"]),
        (["check", "--preset", "yolov3"], ["yolov3", "yolov3-tiny"]),
        (["cluster", "--export", "o"], ["openvino"]),
        (["cluster", "--augment", "yolov5"], ["yolov5", "yolov5-high"]),
        (["cluster", "--resize", "l"], ["letterbox"]),
        (["guide", "tr"], ["trainers", "training"]),
        (["sw"], ["sweep"]),
    ],
)
def test_values_and_names_are_offered(
    monkeypatch: pytest.MonkeyPatch, shell: str, words: list[str], values: list[str]
) -> None:
    assert offered(monkeypatch, *words, shell=shell) == [("plain", one) for one in values]


def test_the_case_of_what_was_typed_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    assert offered(monkeypatch, "sweep", "--trainer", "MMD") == [("plain", "mmdet")]


@pytest.mark.parametrize("words", [["evaluate", "--anchors", "fo"], ["cluster", "--augment", "h"]])
def test_files_are_left_to_the_shell(monkeypatch: pytest.MonkeyPatch, words: list[str]) -> None:
    assert offered(monkeypatch, *words) == [("file", words[-1])]


def test_a_command_that_there_is_not_offers_commands_and_fails_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert ("plain", "cluster") in offered(monkeypatch, "clster", "c")
