"""Entry point of the command line: `anchorkit` and `python -m anchorkit`."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C ends in silence even while it is still being loaded."""
    try:
        from anchorkit.cli import main as run
    except KeyboardInterrupt:
        sys.exit(130)
    run()


if __name__ == "__main__":
    main()
