import sys
import unicodedata
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anchorkit.terminal import SHOWN, safe_html, safe_lines, safe_markdown, safe_text

EVERY = "".join(map(chr, range(sys.maxunicode + 1)))


def unsafe(text: str) -> set[str]:
    return {sign for sign in text if unicodedata.category(sign) in SHOWN}


@pytest.mark.parametrize("safe", [safe_text, safe_markdown, safe_html])
def test_no_sign_that_is_none_on_the_screen_gets_through(safe: type[str]) -> None:
    assert unsafe(safe(EVERY)) == set()


def test_line_ends_and_tabs_alone_get_through_where_lines_are_meant() -> None:
    assert unsafe(safe_lines(EVERY)) == {"\n", "\t"}


@pytest.mark.parametrize(
    ("sign", "shown"),
    [
        ("\x1b", r"\x1b"),
        ("\x9b", r"\x9b"),
        ("\r", r"\r"),
        ("\n", r"\n"),
        ("\x7f", r"\x7f"),
        ("\u202e", r"\u202e"),
        ("\u200b", r"\u200b"),
        ("\u2028", r"\u2028"),
        ("\ufeff", r"\ufeff"),
        ("\U000e0041", r"\U000e0041"),
        ("\udcff", r"\udcff"),
    ],
)
def test_each_is_shown_as_python_would_write_it(sign: str, shown: str) -> None:
    assert safe_text(f"a{sign}b") == f"a{shown}b"


@pytest.mark.parametrize("text", ["", "cat", "Straße ﬁn é 猫 🐈 ½", "a\\x1b", "\xa0"])
def test_text_of_signs_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == safe_lines(text) == text


@given(st.text())
def test_two_texts_without_backslashes_stay_two(text: str) -> None:
    plain = text.replace("\\", "/")
    assert safe_text(plain).encode("ascii", "backslashreplace").decode("unicode_escape") == plain


@given(st.text())
def test_html_holds_no_tag_and_no_quote_of_the_text(text: str) -> None:
    html = safe_html(text)
    assert not set(html) & set("<>\"'")
    assert unescape(html) == safe_text(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a|b*", r"a\|b\*"), ("&lt;", r"\&lt;"), ("$x$", r"\$x\$"), ("a_b _c_", r"a_b \_c\_")],
)
def test_markdown_takes_nothing_of_the_text_for_its_own(text: str, shown: str) -> None:
    assert safe_markdown(text) == shown
