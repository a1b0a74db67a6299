"""`--export` for every command that ends with anchors: parsed, checked early, written last.

@export_options                                         gives the command `exports`
exports.check(k, form)                                  before the work begins
text = exports.written(anchors, ...)                    writes the files; the rest for stdout
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import click

from anchorkit.cli.options.output_paths import Output

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from anchorkit.network_input import NetworkInput

    RequestType = click.ParamType["Request"]
    StridesType = click.ParamType[tuple[int, ...]]
else:  # older clicks have no type argument
    RequestType = StridesType = click.ParamType

__all__ = ["EXPORTS", "Exports", "Request", "export_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

EXPORTS = ("darknet", "yolov5", "mmdet", "mmyolo", "paddle", "keras", "tao", "matlab", "csv")
"""The names of `anchorkit.anchors.export.FORMS`, which are not loaded for a help text."""


class Request(NamedTuple):
    """One `--export`: a name of `EXPORTS`, and the file to write (None: standard output)."""

    name: str
    file: Path | None


@dataclass(frozen=True)
class Exports:
    """All that `--export` and `--strides` asked for."""

    requests: tuple[Request, ...] = ()
    strides: tuple[int, ...] | None = None

    def check(self, k: int, form: str, *, with_cfg: bool = False) -> None:
        """Fail before any work where k anchors cannot be written as asked.

        Parameters
        ----------
        k
            How many anchors there will be.
        form
            What `--format` says.
        with_cfg
            Whether there is a cfg, for whose heads the strides may be.

        Raises
        ------
        UsageError
            Where anchors do not share out over the levels of a trainer (the message names the k
            that would), or an export without a file would get between the JSON.
        """
        from anchorkit.anchors.export import check_levels
        from anchorkit.errors import UsageError

        if self.strides and not self.requests and not with_cfg:
            raise UsageError("--strides: wanted with --export or --cfg")
        files = [request.file for request in self.requests if request.file]
        for request in self.requests:
            if form == "json" and request.file is None:
                raise UsageError(
                    f"--export {request.name}: wanted a file with --format json, "
                    f"as in --export {request.name}:FILE"
                )
            if request.file and files.count(request.file) > 1:
                raise UsageError(f"--export: wanted a file for each, found {request.file} twice")
            try:
                check_levels(request.name, k, self.strides)
            except UsageError as error:
                raise UsageError(f"--export {error}") from None
            if request.file:
                _check_path(request)

    def outputs(self) -> list[Output]:
        """The file of each export."""
        return [Output(f"--export {name}:{file}", file) for name, file in self.requests]

    def written(
        self,
        anchors: "ArrayLike",
        *,
        network: "NetworkInput",
        form: str = "text",
        decimals: int | None = None,
        note: str = "",
        dry_run: bool = False,
    ) -> str:
        """Write the exports that have a file; return the others, to follow the result on stdout.

        Parameters
        ----------
        anchors
            (k, 2), columns width and height, pixels at input.
        network
            The input at which they are meant.
        form
            What `--format` says; `markdown` sets each export as a block of code.
        decimals
            Places after the point; None: as many as each number needs.
        note
            A line for the comment, such as the mean IoU.
        dry_run
            Whether to write no file.

        Returns
        -------
        Text that begins with an empty line, or an empty text.

        Raises
        ------
        WriteError
            Where a file could not be written.
        """
        from anchorkit.anchors.export import FORMS, export
        from anchorkit.cli import messages
        from anchorkit.files import write_atomically

        made = _made(anchors, network, note)
        printed = []
        for name, file in self.requests:
            text = export(name, anchors, strides=self.strides, decimals=decimals, made=made)
            if FORMS[name].letterbox and network.resize == "stretch":
                messages.warn(
                    f"{FORMS[name].trainer}: training scales both sides of an image "
                    "alike, so --resize letterbox fits better"
                )
            if file is not None and dry_run:
                messages.note(f"--dry-run: {file} is not written")
            elif file is not None:
                write_atomically(file, text.encode())
                messages.note(f"{file}: written")
            elif form == "markdown":
                printed.append(f"\n```{FORMS[name].language}\n{text}```\n")
            else:
                printed.append(f"\n{text}")
        return "".join(printed)


class _RequestType(RequestType):
    """`FORMAT` or `FORMAT:FILE`."""

    name = "FORMAT[:FILE]"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Request:
        if isinstance(value, Request):
            return value
        name, colon, file = value.partition(":")
        if name not in EXPORTS:
            self.fail(f"wanted one of {', '.join(EXPORTS)}, found {name!r}", param, ctx)
        if colon and not file:
            self.fail(f"wanted {name} or {name}:FILE, found {value!r}", param, ctx)
        return Request(name, Path(file) if file else None)


class _StridesType(StridesType):
    """`8,16,32`."""

    name = "STRIDES"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[int, ...]:
        if isinstance(value, tuple):
            return value
        words = [word.strip() for word in value.split(",")]
        if not all(word.isascii() and word.isdigit() and len(word) < 6 for word in words):
            self.fail(f"wanted numbers such as 8,16,32, found {value!r}", param, ctx)
        strides = tuple(int(word) for word in words)
        if min(strides) < 1:
            self.fail(f"wanted numbers above 0, found {value!r}", param, ctx)
        return strides


def export_options(command: Command) -> Command:
    """`--export` and `--strides`, gathered into the argument `exports`."""

    @wraps(command)
    def gathered(**given: Any) -> Any:
        exports = Exports(given.pop("export_requests"), given.pop("export_strides"))
        return command(exports=exports, **given)

    options = (
        click.option(
            "--export",
            "export_requests",
            multiple=True,
            type=_RequestType(),
            metavar="FORMAT[:FILE]",
            help=f"Also write the anchors as another trainer wants them ({', '.join(EXPORTS)}), to "
            "FILE or after the result; may be given several times.",
        ),
        click.option(
            "--strides",
            "export_strides",
            type=_StridesType(),
            metavar="8,16,32",
            help="Strides of the levels for --export, or of the heads of a cfg whose layers do not "
            "tell them, in the order of the file.  [default: the trainer's usual ones]",
        ),
    )
    for option in reversed(options):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


def _made(anchors: "ArrayLike", network: "NetworkInput", note: str) -> list[str]:
    import numpy as np

    from anchorkit._version import __version__
    from anchorkit.terminal import safe_text

    resized = "letterboxed" if network.resize == "letterbox" else "stretched"
    lines = [
        f"anchorkit {__version__}: {len(np.asarray(anchors))} anchors in pixels of the input, "
        f"{network}, images {resized}"
    ]
    return [*lines, safe_text(note)] if note else lines


def _check_path(request: Request) -> None:
    """An export is a file of its own: never write it over a model or a config of the user's."""
    from anchorkit.cli.options.output_paths import check_output

    name, file = request
    if file is not None:
        check_output(
            file,
            f"--export {name}:{file}",
            ours=lambda there: _like(name, there),
            what="an export of anchorkit",
        )


def _like(name: str, file: Path) -> bool:
    """Whether a file looks as if an export of this name had written it."""
    from anchorkit.anchors.export import FORMS
    from anchorkit.files import open_file

    with open_file(file) as there:
        head = there.read(4096)
    sign = FORMS[name].comment
    if not head.strip():
        return True
    if sign:
        return head.startswith(f"{sign} anchorkit ".encode())
    lines = head.decode("utf-8", "replace").splitlines()
    if name == "csv":
        return lines[:1] == ["width,height"]
    return len(lines) == 1 and "," in lines[0] and set(lines[0]) <= set("0123456789., ")
