"""`anchorkit guide`; the pages themselves are held true in tests/test_readme.py."""

import pytest
from command import run

from anchorkit.guide import PAGES, page, title


def test_without_a_name_every_page_is_listed_with_its_title() -> None:
    done = run("guide")
    assert done.code == 0
    for name in PAGES:
        assert f"  {name}" in done.out
        assert title(name) in done.out


@pytest.mark.parametrize("name", ["darknet", "DARKNET"])
def test_a_page_is_printed_as_it_is(name: str) -> None:
    done = run("guide", name)
    assert (done.code, done.out) == (0, page("darknet") + "\n")


def test_an_unknown_page_is_bad_usage_that_names_the_close_ones() -> None:
    done = run("guide", "darkent")
    assert (done.code, done.out) == (2, "")
    assert "no such page 'darkent'" in done.err
    assert "darknet" in done.err


def test_every_file_of_the_manual_is_listed() -> None:
    from importlib.resources import files

    there = {entry.name for entry in files("anchorkit.guide").iterdir()}
    assert {name.removesuffix(".md") for name in there if name.endswith(".md")} == set(PAGES)
