r"""Text that others wrote, made safe for a stream: nothing on the screen that was not meant.

A class name, a file name or a key of a JSON file may hold characters that clear a screen, set its
title, turn the direction of what follows, or break a line in two. They are shown as escapes
(`\x1b`, `\u202e`), whether the stream is a terminal or not. JSON has escapes of its own and stays
exact.
"""

import re
import unicodedata
from functools import lru_cache
from html import escape

__all__ = ["safe_html", "safe_lines", "safe_markdown", "safe_text"]

SHOWN = ("Cc", "Cf", "Cs", "Zl", "Zp")
"""Categories of Unicode that are shown as escapes: controls, formats, surrogates, and the
separators of lines and paragraphs."""

_MARKDOWN = re.compile(r"[\\|*`<~\[\]&$]|(?<![^\W_])_|_(?![^\W_])")
"""Signs of Markdown; a `_` within a word is none."""


def safe_text(text: str) -> str:
    r"""A text on one line, with every character that is no sign on the screen as an escape.

    Parameters
    ----------
    text
        What a user or a file supplied; its line ends and tabs are escaped, too.

    Examples
    --------
    >>> print(safe_text("cat\x1b[2J\n\u202egod \ud800"))
    cat\x1b[2J\n\u202egod \ud800
    """
    return text if text.isprintable() else "".join(map(_shown, text))


def safe_lines(text: str) -> str:
    r"""The same for a text whose line ends and tabs are meant: they stay.

    Examples
    --------
    >>> safe_lines("a\tb\r\n") == "a\tb\\r\n"
    True
    """
    return "".join(sign if sign in "\n\t" else _shown(sign) for sign in text)


def safe_markdown(text: str) -> str:
    r"""The same as `safe_text`, and what Markdown would take for its own signs shown as they are.

    Examples
    --------
    >>> print(safe_markdown("a|b* \x1b"))
    a\|b\* \\x1b
    """
    return _MARKDOWN.sub(r"\\\g<0>", safe_text(text))


def safe_html(text: str) -> str:
    r"""The same as `safe_text`, and what HTML would take for its own signs as entities.

    Examples
    --------
    >>> safe_html('<b title="\x00">')
    '&lt;b title=&quot;\\x00&quot;&gt;'
    """
    return escape(safe_text(text))


@lru_cache(maxsize=1024)
def _shown(sign: str) -> str:
    if unicodedata.category(sign) not in SHOWN:
        return sign
    return sign.encode("unicode_escape").decode("ascii")
