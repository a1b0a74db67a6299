"""Anchors that a command is given in one of three ways: as such, in a cfg, as a preset's."""

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from anchorkit.cli.options.types import SomePath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    AnchorsType = click.ParamType["GivenAnchors"]
else:  # older clicks have no type argument
    AnchorsType = click.ParamType

__all__ = ["Given", "GivenAnchors", "anchors_option", "frame_of", "given_options"]

Command = TypeVar("Command", bound=Callable[..., Any])


class GivenAnchors(NamedTuple):
    """Anchors that the user gave, and what to call them."""

    name: str
    """The file's name without its extension; `anchors` where they were given as text."""
    sizes: "NDArray[np.float64]"
    """(k, 2), columns width and height, in the order given."""
    size: tuple[int, int] | None = None
    """The input that they were made for, where `cluster`'s JSON tells it."""
    resize: str | None = None
    """The resizing that they were made for, where `cluster`'s JSON tells it."""


class _Anchors(AnchorsType):
    """Anchors as text, as a file of them, or `-` for standard input."""

    name = "ANCHORS"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> GivenAnchors:
        """The anchors; fails where the value is neither anchors nor a file."""
        from anchorkit.anchors.text import is_anchor_text, meant_for, parse_anchors, read_anchors
        from anchorkit.errors import AnchorError, UsageError

        if isinstance(value, GivenAnchors):
            return value
        typed = is_anchor_text(value)
        try:
            if value == "-":
                content = sys.stdin.buffer.read()
                return GivenAnchors("anchors", parse_anchors(content), *meant_for(content))
            sizes = read_anchors(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)
        except AnchorError as error:
            what = "--anchors:" if typed else "--anchors -:" if value == "-" else "--anchors"
            raise AnchorError(f"{what} {error}") from None
        return GivenAnchors("anchors" if typed else Path(value).stem, sizes, *meant_for(value))


def anchors_option(
    *, required: bool = True, multiple: bool = False
) -> Callable[[Command], Command]:
    """`--anchors` as `anchors`: one `GivenAnchors` or None, or with `multiple` a tuple of them."""
    return click.option(
        "--anchors",
        type=_Anchors(),
        required=required,
        multiple=multiple,
        metavar="TEXT|FILE",
        help="Anchors in pixels at input: 10,13,16,30,... or a file of them, or what "
        "`cluster --format json` printed (- for stdin)"
        + ("; may be given several times." if multiple else "."),
    )


class Given(NamedTuple):
    """One set of anchors."""

    name: str
    """What to call it: the preset, or the file's name without its extension."""
    anchors: "NDArray[np.float64]"
    """(k, 2), columns width and height, pixels at input."""
    kind: str
    """`preset`, `cfg` or `anchors`."""
    size: tuple[int, int] | None = None
    """The input that these pixels are meant for, where it is known."""
    resize: str | None = None
    """How images come to that input, where it is known."""


def given_options(command: Command) -> Command:
    """`--anchors`, `--cfg` and `--preset`, each several times, as `given`: presets come first."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        sets = [_preset(name) for name in given.pop("preset")]
        sets += [_cfg(path) for path in given.pop("cfg")]
        sets += [
            Given(one.name, one.sizes, "anchors", one.size, one.resize)
            for one in given.pop("anchors")
        ]
        return command(given=tuple(sets), **given)

    for option in (
        click.option(
            "--preset",
            multiple=True,
            metavar="NAME",
            help="Anchors that a network ships with: yolov2-voc, yolov2, yolov3, yolov3-tiny, "
            "yolov4, yolov4-tiny, yolov5, yolov7 and others; may be given several times.",
        ),
        click.option(
            "--cfg",
            multiple=True,
            type=SomePath(),
            metavar="FILE",
            help="Anchors of a darknet cfg, at its input size; may be given several times.",
        ),
        anchors_option(required=False, multiple=True),
    ):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


def frame_of(
    given: Sequence[Given], size: tuple[int, int] | None, resize: str | None
) -> tuple[tuple[int, int], str, list[str]]:
    """The input at which anchors are looked at, how images come to it, and what to warn of.

    What the user asked for counts; else what the cfgs say, where they agree, or without cfgs
    what `cluster`'s JSON says; else 416 and stretch.
    """
    telling = [one for one in given if one.kind == "cfg"]
    telling = telling or [one for one in given if one.kind == "anchors" and one.size]
    sizes, resizes = {one.size for one in telling}, {one.resize for one in telling}
    used = size or (sizes.pop() if len(sizes) == 1 else None) or (416, 416)
    how = resize or (resizes.pop() if len(resizes) == 1 else None) or "stretch"
    warnings = []
    for one in given:
        if one.size and one.size != used:
            warnings.append(
                f"{one.name} is meant for input {_named(one.size)}: its pixels are taken as they "
                f"are at {_named(used)}"
            )
        if one.resize and one.resize != how:
            warnings.append(f"{one.name} is meant for {one.resize}, not for {how}")
    return used, how, warnings


def _preset(name: str) -> Given:
    from anchorkit.anchors.presets import preset

    found = preset(name)
    return Given(found.name, found.anchors, "preset", found.size)


def _cfg(path: Path) -> Given:
    import numpy as np

    from anchorkit.darknet.cfg_file import cfg_content
    from anchorkit.darknet.heads import heads_of
    from anchorkit.darknet.replacing import anchors_of
    from anchorkit.darknet.sections import read_cfg
    from anchorkit.errors import AnchorkitError, CfgError

    text = cfg_content(path).decode("utf-8", "surrogateescape")
    try:
        cfg = read_cfg(text)
        anchors = anchors_of(heads_of(cfg))
        if not anchors:
            raise CfgError("no detection head with anchors")
    except AnchorkitError as error:
        raise type(error)(f"{path}: {error}") from None
    pairs = np.asarray(anchors, dtype=np.float64)
    return Given(path.stem, pairs, "cfg", cfg.size if all(cfg.size) else None, cfg.resize)


def _named(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
