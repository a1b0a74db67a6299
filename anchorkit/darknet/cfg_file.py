"""The file of a cfg, as bytes.

Tested in tests/cli/cfg/test_job.py.
"""

from pathlib import Path

from anchorkit.errors import CfgError
from anchorkit.files import read_file

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
    return read_file(path, "a cfg", typed=f"--cfg {path}", most=LARGEST, too_large=CfgError)
