"""Everything anchorkit raises on purpose: one base, one subclass per cause.

`exit_code` is what the command line ends with: 1 for what was found in the content, 2 for bad
usage.

Tested in tests/cli/test_streams.py.
"""

__all__ = [
    "AnchorError",
    "AnchorkitError",
    "CfgError",
    "DataError",
    "TooManyClustersError",
    "TrainingError",
    "UsageError",
    "WorkerError",
    "WriteError",
]


class AnchorkitError(Exception):
    """Base of every error that anchorkit raises on purpose; its text is one line for the user."""

    exit_code = 1


class UsageError(AnchorkitError, ValueError):
    """An argument that cannot mean anything: a missing path, a k of 0, an input size of `abc`."""

    exit_code = 2


class DataError(AnchorkitError):
    """Annotations that cannot be used: none found, no usable box, a damaged file."""


class AnchorError(AnchorkitError):
    """Anchors that cannot be read or used: an odd count of numbers, a size of zero."""


class TooManyClustersError(AnchorkitError):
    """More clusters were asked for than the boxes have distinct sizes."""


class CfgError(AnchorkitError):
    """A network configuration that cannot be read or edited safely."""


class TrainingError(AnchorkitError):
    """Settings of a training that cannot be read or used: a hyp file without a scale."""


class WorkerError(AnchorkitError):
    """A process that read files ended before it was done, or could not be started."""


class WriteError(AnchorkitError):
    """A result that could not be written; what stood there before is unchanged."""
