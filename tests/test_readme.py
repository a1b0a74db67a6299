import doctest
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from command import run_on_one_stream
from update_readme import PAGES, ROOT, prepared, updated

LINK = re.compile(r"\]\(([^)#]+)[^)]*\)")
SESSION = re.compile(r"^```pycon\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.mark.usefixtures("searched_once")
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_page_shows_what_its_commands_print(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.chdir(prepared(tmp_path))

    def here(arguments: Sequence[str], _: Path) -> tuple[int, str]:
        return run_on_one_stream(*arguments)

    # What stands in the pages was printed by processes of their own
    text = path.read_text(encoding="utf-8")
    assert text == updated(text, tmp_path, here), "run: python tests/update_readme.py"


@pytest.mark.parametrize(
    "path", [path for path in PAGES if "```pycon" in path.read_text(encoding="utf-8")]
)
def test_python_of_a_page_runs_as_shown(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(prepared(tmp_path))
    code = "\n".join(SESSION.findall(path.read_text(encoding="utf-8")))
    test = doctest.DocTestParser().get_doctest(code, {}, path.name, path.name, 0)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    report: list[str] = []
    runner.run(test, out=report.append)
    assert runner.summarize(verbose=False).attempted
    assert "".join(report) == ""


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_of_a_page_lead_to_files_that_are_there(path: Path) -> None:
    links = [link for link in LINK.findall(path.read_text(encoding="utf-8")) if ":" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_readme_links_to_every_page_of_the_manual() -> None:
    links = LINK.findall((ROOT / "README.md").read_text(encoding="utf-8"))
    assert {f"anchorkit/guide/{path.name}" for path in PAGES[1:]} <= set(links)


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= 16_000


@pytest.mark.parametrize("path", [*PAGES, ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_words_that_no_reader_knows_are_not_used(path: Path) -> None:
    own = ("as written", "cover of", "mended", "its corner", "worth a look", "told")
    text = " ".join(path.read_text(encoding="utf-8").split())
    assert [word for word in own if re.search(rf"\b{word}\b", text)] == []


def test_glossary_explains_ten_words_that_the_manual_uses() -> None:
    glossary = (ROOT / "anchorkit" / "guide" / "glossary.md").read_text(encoding="utf-8")
    words = re.findall(r"^\| (?!word)(\w[^|]*) \|", glossary, re.MULTILINE)
    assert len(words) == 10
    others = " ".join(
        path.read_text(encoding="utf-8").casefold() for path in PAGES if path.name != "glossary.md"
    )
    assert [word for word in words if word.casefold() not in others] == []


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
