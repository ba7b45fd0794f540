"""Settings that all tests share."""

import os

os.environ["SCIPY_ARRAY_API"] = "1"  # before scipy is imported: else its checks are skipped
