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
from click.shell_completion import CompletionItem

from anchorkit.cli.options.output_paths import Output
from anchorkit.cli.options.types import Wholes, names_beginning

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from anchorkit.network_input import NetworkInput
    from anchorkit.training.trainers import Trainer

    RequestType = click.ParamType["Request"]
else:  # older clicks have no type argument
    RequestType = click.ParamType

__all__ = ["EXPORTS", "Exports", "Request", "export_options"]

Command = TypeVar("Command", bound=Callable[..., Any])

EXPORTS = (
    *("darknet", "yolov5", "yolov7", "mmdet", "mmyolo", "paddle", "keras", "tao", "matlab"),
    *("hailo", "rknn", "openvino", "luxonis", "csv"),
)
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

    @property
    def trainers(self) -> tuple[str, ...]:
        """Whom the exports are for, each once: names of `anchorkit.training.trainers.TRAINERS`."""
        from anchorkit.anchors.export import FORMS

        named = [FORMS[request.name].trainer for request in self.requests]
        return tuple(dict.fromkeys(name for name in named if name))

    def for_tiny_keras(self, k: int, trainer: "Trainer | None", *, with_cfg: bool) -> bool:
        """Whether the anchors are for keras-yolo3's tiny model, which never uses its first one.

        Parameters
        ----------
        k
            How many there will be.
        trainer
            Whom they are for.
        with_cfg
            Whether they go into a cfg as well.

        Raises
        ------
        UsageError
            Where others would use that one.
        """
        from anchorkit.anchors.tiny_keras import TINY
        from anchorkit.errors import UsageError

        names = [request.name for request in self.requests]
        if k != TINY or not ("keras" in names or (trainer and trainer.name == "keras")):
            return False
        others = sorted(set(names) - {"keras", "csv"})
        if others or with_cfg:
            found = "--cfg" if with_cfg else f"--export {others[0]}"
            raise UsageError(
                f"keras: its tiny model never uses the first of {TINY} anchors: wanted it alone, "
                f"found {found} beside it"
            )
        return True

    def check(
        self,
        k: int,
        form: str,
        network: "NetworkInput | None" = None,
        trainer: "Trainer | None" = None,
        *,
        with_cfg: bool = False,
    ) -> None:
        """Fail before any work where k anchors cannot be written as asked.

        Parameters
        ----------
        k
            How many anchors there will be.
        form
            What `--format` says.
        network
            The input at which they will be meant, where it is known.
        trainer
            Whom they are for, whose levels `--strides` may tell, too.
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

        if self.strides and not (self.requests or with_cfg or trainer):
            raise UsageError("--strides: wanted with --export, --trainer or --cfg")
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
                check_levels(request.name, k, self.strides, network=network)
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
        trainer: str = "",
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
        trainer
            Whom they are made for, for the comment; empty where that is not known.
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
        from anchorkit.anchors.export import FORMS, cautions, export
        from anchorkit.cli import messages
        from anchorkit.files import write_atomically

        printed = []
        for name, file in self.requests:
            made = _made(anchors, network, trainer or FORMS[name].trainer or "", note)
            text = export(
                name, anchors, strides=self.strides, decimals=decimals, network=network, made=made
            )
            for line in cautions(name, anchors, self.strides):
                messages.warn(line)
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
        if name not in EXPORTS and (known := name.strip().casefold()) in EXPORTS:
            name = known
        if name not in EXPORTS:
            self.fail(f"{name}: {_no_export(name)}", param, ctx)
        if colon and not file:
            self.fail(f"wanted {name} or {name}:FILE, found {value!r}", param, ctx)
        return Request(name, Path(file) if file else None)

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        return names_beginning(incomplete, EXPORTS)


def _no_export(name: str) -> str:
    """What to say of a name that no export has."""
    from anchorkit.suggestions import meant_name
    from anchorkit.training.anchor_free import NO_ANCHORS, has_no_anchors
    from anchorkit.training.trainers import ALSO_CALLED

    if has_no_anchors(name):
        return NO_ANCHORS
    if name.strip().casefold() in ("json", "text", "markdown"):
        return f"no such export; --format {name.strip().casefold()} writes the result so"
    return f"no such export; {meant_name(name, EXPORTS, ALSO_CALLED)}"


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
            help=f"Also write the anchors as a trainer or a deployed network wants them "
            f"({', '.join(EXPORTS)}), to FILE or after the result; may be given several times. "
            "A trainer's sets its input, unless --input and --resize do.",
        ),
        click.option(
            "--strides",
            "export_strides",
            type=Wholes("STRIDES", "8,16,32"),
            metavar="8,16,32",
            help="Strides of the trainer's levels, or of the heads of a cfg whose layers do not "
            "tell them, in the order of the file.  [default: its usual ones, mostly 8,16,32]",
        ),
    )
    for option in reversed(options):
        gathered = option(gathered)
    return gathered  # type: ignore[return-value]  # the same command with other arguments


def _made(anchors: "ArrayLike", network: "NetworkInput", trainer: str, note: str) -> list[str]:
    import numpy as np

    from anchorkit._version import __version__
    from anchorkit.anchors.reading import comment_of
    from anchorkit.terminal import safe_text

    k = len(np.asarray(anchors))
    first = comment_of(__version__, k, size=network.size, resize=network.resize, trainer=trainer)
    return [first, safe_text(note)] if note else [first]


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


_JSON_SIGNS = {"openvino": '[\n  {\n    "id": "TFYOLOV3"', "luxonis": '{\n  "nn_config": {'}
"""How the exports begin that are JSON, and have no comment to be known by."""


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
    text = head.decode("utf-8", "replace")
    lines = text.splitlines()
    if name == "csv":
        return lines[:1] == ["width,height"]
    if name in _JSON_SIGNS:
        return text.startswith(_JSON_SIGNS[name])
    if name == "rknn":
        return len(lines) > 1 and set(text) <= set("0123456789.\r\n")
    return len(lines) == 1 and "," in text and set(lines[0]) <= set("0123456789., ")
