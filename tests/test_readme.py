import doctest
import re
from pathlib import Path

import pytest
from update_readme import README, prepared, updated

SESSION = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_readme_shows_what_its_commands_print(tmp_path: Path) -> None:
    text = README.read_text(encoding="utf-8")
    assert text == updated(text, prepared(tmp_path)), "run: python tests/update_readme.py"


def test_python_of_readme_runs_as_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(prepared(tmp_path))
    code = "\n".join(SESSION.findall(README.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(code, {}, "README.md", "README.md", 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).attempted
    assert "".join(report) == ""


def test_update_replaces_output_and_nothing_else(tmp_path: Path) -> None:
    text = (
        "before\n```console\n$ cd somewhere\nkept\n$ anchorkit \\\n    --version\nold\nolder\n"
        "$ anchorkit --nonsense\n$ echo $?\n```\nafter\n```sh\n$ anchorkit --nonsense\n```\n"
    )
    lines = updated(text, tmp_path).splitlines()
    version = lines[6]
    assert version.startswith("anchorkit ")
    assert lines[:6] == text.splitlines()[:6]
    assert lines[7:] == [
        "$ anchorkit --nonsense",
        *[line for line in lines if "error" in line],
        "$ echo $?",
        "2",
        *text.splitlines()[10:],
    ]
