"""Entry point of the command line: `anchorkit` and `python -m anchorkit`."""

import sys

__all__ = ["main"]


class _EndedError(BaseException):
    """Somebody asked this process to end: what it holds is put away first."""


def main() -> None:
    """Run the command line; Ctrl-C ends it in silence while it is being loaded, or is done.

    SIGTERM and a terminal that goes away end it, too: half-written files and processes that read
    end before it does.
    """
    try:
        import signal

        ends = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]

        def end(number: int, _: object) -> None:
            # A second one would cut off what puts things away
            for one in ends:
                signal.signal(one, signal.SIG_IGN)
            raise _EndedError(number)

        for one in ends:
            # Whoever has it ignored, such as nohup, wants it so
            if signal.getsignal(one) == signal.SIG_DFL:
                signal.signal(one, end)

        from anchorkit.cli import main as run

        try:
            run()
        except SystemExit:
            # All is done: a Ctrl-C would only get into the way of the interpreter's own end
            if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            raise
    except KeyboardInterrupt:
        sys.exit(130)
    except _EndedError as ended:
        # As if nothing had caught it: whoever started us sees how we ended
        signal.signal(ended.args[0], signal.SIG_DFL)
        signal.raise_signal(ended.args[0])


if __name__ == "__main__":
    main()
