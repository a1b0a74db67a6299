"""Entry point of the command line: `anchorkit` and `python -m anchorkit`."""

import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line; Ctrl-C ends it in silence while it is being loaded, or is done."""
    try:
        from anchorkit.cli import main as run

        run()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
