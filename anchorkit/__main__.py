"""Entry point of the command line: `anchorkit` and `python -m anchorkit`."""

from anchorkit.cli import main

__all__ = ["main"]

if __name__ == "__main__":
    main()
