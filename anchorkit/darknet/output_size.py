"""How many positions a window has along one side of a feature map.

Tested in tests/darknet/test_cost.py.
"""

from anchorkit.errors import UsageError

__all__ = ["output_size"]


def output_size(
    length: int,
    size: int,
    stride: int = 1,
    padding: int | tuple[int, int] | str = 0,
    *,
    dilation: int = 1,
    rounding: str = "floor",
) -> int:
    """Positions of a convolution's or pooling's window along one side of its input.

    A window of `size` with `dilation` d covers e = d (size - 1) + 1. With explicit padding p before
    and q after, floor gives floor((length + p + q - e) / stride) + 1; ceil rounds up instead,
    unless the window more that this gives would begin in the padding after the input. `valid` is
    p = q = 0. `same` pads as much as it takes for ceil(length / stride) positions, in either
    rounding.

    Parameters
    ----------
    length
        Width or height of the input, in values, from 1.
    size
        Side of the window, from 1.
    stride
        Values from one position to the next, from 1.
    padding
        Values added on each side; (before, after) where they differ; `"same"` or `"valid"`, in
        either case. Darknet's convolutions pad by `padding` or, with `pad=1`, by size // 2 on each
        side; its poolings by `padding` (or size - 1) on both sides together, in which only the sum
        counts: `(padding, 0)`.
    dilation
        Values from one tap of the window to the next. Darknet does not count it: 1 gives its sizes.
    rounding
        `"floor"` (darknet, and the default of PyTorch and Paddle) or `"ceil"` (their `ceil_mode`).

    Returns
    -------
    The positions; 0 where the window does not fit.

    Raises
    ------
    UsageError
        Where an argument cannot mean anything.

    Examples
    --------
    >>> output_size(416, 3, 2, 1), output_size(13, 2, 1, (1, 0))
    (208, 13)
    >>> output_size(7, 2, 2), output_size(7, 2, 2, rounding="ceil")
    (3, 4)
    >>> output_size(7, 3, 2, "same"), output_size(7, 3, 2, "valid")
    (4, 3)
    """
    for name, value in (("length", length), ("size", size), ("stride", stride)):
        if value < 1:
            raise UsageError(f"{name}: wanted 1 or more, found {value}")
    if dilation < 1:
        raise UsageError(f"dilation: wanted 1 or more, found {dilation}")
    if rounding not in ("floor", "ceil"):
        raise UsageError(f"rounding: wanted floor or ceil, found {rounding!r}")
    if isinstance(padding, str):
        if padding.lower() not in ("same", "valid"):
            raise UsageError(f"padding: wanted numbers, same or valid, found {padding!r}")
        if padding.lower() == "same":
            return -(-length // stride)
        padding = 0
    before, after = padding if isinstance(padding, tuple) else (padding, padding)
    if min(before, after) < 0:
        raise UsageError(f"padding: wanted 0 or more, found {padding}")
    room = length + before + after - (dilation * (size - 1) + 1)
    if room < 0:
        return 0
    whole, rest = divmod(room, stride)
    # One window more, of which a part lies beyond the end, begins at whole * stride + stride
    more = rounding == "ceil" and rest > 0 and (whole + 1) * stride < length + before
    return whole + 1 + more
