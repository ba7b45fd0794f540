"""Run the command with ``python -m sklearn_meta.cli``."""

import sys

from sklearn_meta.cli import main

if __name__ == "__main__":
    sys.exit(main())
