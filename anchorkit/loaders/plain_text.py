"""Text files as people save them: UTF-8, or UTF-16 as some shells and editors of Windows write."""

__all__ = ["decoded"]

_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))
_LOOKED_AT = 200


def decoded(data: bytes, errors: str = "replace") -> str:
    r"""The text of a file; what cannot be decoded is treated as `errors` says.

    Parameters
    ----------
    data
        The bytes of the file: UTF-16 with a mark or mostly of Latin letters, else UTF-8.
    errors
        As for `bytes.decode`; UTF-16 is always replaced.

    Examples
    --------
    >>> decoded("0 .5".encode("utf-16")), decoded("0 .5".encode("utf-16-le")), decoded(b"0 .5")
    ('0 .5', '0 .5', '0 .5')
    """
    for mark, name in _MARKS:
        if data.startswith(mark):
            return data.decode(name, "replace" if name == "utf-16" else errors)
    head = data[:_LOOKED_AT]
    for name, first in (("utf-16-le", 1), ("utf-16-be", 0)):
        # Of two bytes each, Latin letters have one that is 0
        if len(head) > 3 and not any(head[first::2]) and all(head[1 - first :: 2]):
            return data.decode(name, "replace")
    return data.decode("utf-8", errors)
