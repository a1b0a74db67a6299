"""A network's input: its size in pixels, and how training brings an image to it."""

from dataclasses import dataclass

from anchorkit.arguments import as_whole
from anchorkit.errors import UsageError

__all__ = ["DEFAULT_INPUT", "RESIZES", "UNSAID", "NetworkInput", "PartialInput"]

RESIZES = ("stretch", "letterbox")
"""How training brings an image to the input size.

`stretch` scales each side on its own; `letterbox` scales both by min(W / w, H / h) and pads.
"""


@dataclass(frozen=True)
class NetworkInput:
    """Width and height of a network's input in pixels, and one of `RESIZES`.

    Raises
    ------
    UsageError
        Where a side is no whole number above 0, or the resizing is none of `RESIZES`.

    Examples
    --------
    >>> network = NetworkInput(608, 416, "letterbox")
    >>> network.size, str(network)
    ((608, 416), '608x416')
    """

    width: int
    height: int
    resize: str = "stretch"

    def __post_init__(self) -> None:
        # numpy's integers become ints: what is written as JSON is made from these
        object.__setattr__(self, "width", as_whole(self.width, "width", 1))
        object.__setattr__(self, "height", as_whole(self.height, "height", 1))
        if self.resize not in RESIZES:
            raise UsageError(f"resize: wanted stretch or letterbox, found {self.resize!r}")

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, in pixels."""
        return self.width, self.height

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


DEFAULT_INPUT = NetworkInput(416, 416)
"""What is taken where nobody says anything."""


@dataclass(frozen=True)
class PartialInput:
    """As much of a network's input as somebody said: its size, the resizing, both or neither.

    `size` is width and height in pixels, `resize` one of `RESIZES`; None for what was not said.

    Examples
    --------
    >>> asked, cfg = PartialInput(resize="letterbox"), PartialInput((608, 416), "stretch")
    >>> asked.over(cfg)
    PartialInput(size=(608, 416), resize='letterbox')
    >>> asked.filled()
    NetworkInput(width=416, height=416, resize='letterbox')
    """

    size: tuple[int, int] | None = None
    resize: str | None = None

    def over(self, other: "PartialInput") -> "PartialInput":
        """What is said here, and what is not, from the other."""
        return PartialInput(self.size or other.size, self.resize or other.resize)

    def filled(self, default: NetworkInput = DEFAULT_INPUT) -> NetworkInput:
        """What is said here, and what is not, from the default."""
        width, height = self.size or default.size
        return NetworkInput(width, height, self.resize or default.resize)


UNSAID = PartialInput()
"""Where nobody said anything."""
