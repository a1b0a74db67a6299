"""The difference of two texts as `patch` reads it.

Tested in tests/darknet/test_sections.py.
"""

import difflib

__all__ = ["unified_difference"]


def unified_difference(old: str, new: str, name: str) -> str:
    r"""A unified diff with three lines of context; empty where the texts are equal.

    Lines end with LF alone, as for `patch`; a last line without one is marked.

    Examples
    --------
    >>> print(unified_difference("a\nnum=9", "a\nnum=6", "yolo.cfg"), end="")
    --- yolo.cfg
    +++ yolo.cfg
    @@ -1,2 +1,2 @@
     a
    -num=9
    \ No newline at end of file
    +num=6
    \ No newline at end of file
    """
    lines = difflib.unified_diff(_lines(old), _lines(new), name, name)
    return "".join(
        line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
    )


def _lines(text: str) -> list[str]:
    # splitlines would part at form feeds and other characters that patch takes as they are
    lines = [line + "\n" for line in text.split("\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines
