"""The file of a cfg, as bytes."""

from pathlib import Path

from anchorkit.errors import CfgError, UsageError

__all__ = ["cfg_content"]

LARGEST = 16 * 2**20
"""Most bytes of a cfg."""


def cfg_content(path: Path) -> bytes:
    """The bytes of a cfg; the errors begin with the file.

    Raises
    ------
    UsageError
        Where there is no such file.
    CfgError
        Where it is too large to be a cfg.
    """
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no path"
        raise UsageError(f"--cfg {path}: cannot be read ({reason})") from None
    if len(content) > LARGEST:
        raise CfgError(f"{path}: wanted a cfg, found more than 16 MB")
    return content
