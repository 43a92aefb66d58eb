"""Which Python and which platform the packages are built and tried for."""

from __future__ import annotations

import sys

__all__ = ["SUBDIR", "VERSION"]

SUBDIR = "linux-64"
VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
