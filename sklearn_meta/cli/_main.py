"""The command's entry point: words in, exit code out."""

import logging
import sys
from importlib import import_module

from sklearn_meta.cli._console import note, one_line, warnings_as_notes
from sklearn_meta.cli._parser import make_parser

logger = logging.getLogger("sklearn_meta")

DONE = 0
BAD_INPUT = 2
INTERRUPTED = 130  # what shells expect of a program that Ctrl-C ended

_VERBS = {
    "fit": ("sklearn_meta.cli._fit", "run_fit"),
    "predict": ("sklearn_meta.cli._predict", "run_predict"),
    "report": ("sklearn_meta.cli._predict", "run_report"),
    "collect": ("sklearn_meta.cli._collect", "run_collect"),
    "experience": ("sklearn_meta.cli._experience", "run_experience"),
    "validate": ("sklearn_meta.cli._validate", "run_validate"),
}


def main(argv=None):
    """Run the command ``sklearn-meta``.

    Parameters
    ----------
    argv : list of str, default=None
        The words after the command's name; None takes those of this process.

    Returns
    -------
    int
        0 if all went well, 2 if the input can't be used (one line on standard error says why), 130
        after Ctrl-C.

    Examples
    --------
    >>> from sklearn_meta.cli import main
    >>> main(["report", "nowhere.skops"])  # says so on standard error
    2
    """
    try:
        options = make_parser().parse_args(argv)
    except SystemExit as end:  # argparse has said what is wrong, or has shown help
        return end.code or DONE
    module, function = _VERBS[options.verb]
    try:
        with warnings_as_notes():
            return getattr(import_module(module), function)(options)
    except KeyboardInterrupt:
        note("interrupted")
        return INTERRUPTED
    except BrokenPipeError:  # the reader of our output went away, as `head` does
        sys.stderr.close()
        return DONE
    except (ValueError, TypeError, OSError, ImportError, RuntimeError, MemoryError) as error:
        logger.debug("the command failed", exc_info=error)  # one line is for people, this for us
        note(f"error: {one_line(error) or type(error).__name__}")
        return BAD_INPUT
