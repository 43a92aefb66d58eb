"""Who we are: xpython's ``kernel_info_reply`` in the name of this kernel."""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datalab_kernel_spec.relay.sockets._message import Message

__all__ = ["KernelInfo", "our_version"]

DISTRIBUTION = "datalab_kernel_spec-"
DOCUMENTATION = [
    {"text": "Python", "url": "https://docs.python.org/3/"},
    {"text": "IPython", "url": "https://ipython.readthedocs.io/en/stable/"},
    {"text": "NumPy", "url": "https://numpy.org/doc/stable/"},
    {"text": "SciPy", "url": "https://docs.scipy.org/doc/scipy/"},
    {"text": "Sigima", "url": "https://sigima.readthedocs.io/"},
    {"text": "DataLab", "url": "https://datalab-platform.com/"},
]


class KernelInfo:
    """Mend the reply: xpython says the Python that it was built with, and its own banner."""

    def __init__(self) -> None:
        self.python_version = ""
        """That of the running kernel, as it says; blank until then."""
        self._version = ""

    def mended(self, reply: Message) -> Message:
        """Return the reply as this kernel gives it."""
        content = reply.content_fields
        if content.get("status") != "ok":
            return reply
        language = content["language_info"]
        python = self.python_version or language["version"]
        version = self._version = self._version or our_version()
        content |= {
            "implementation": "datalab-kernel",
            "implementation_version": version,
            "banner": (
                f"DataLab kernel {version} for signal and image processing\n"
                f"xeus-python {content['implementation_version']}, Python {python}"
            ),
            "language_info": {**language, "version": python},
            "help_links": DOCUMENTATION,
        }
        return reply._replace(content=json.dumps(content).encode())


def our_version() -> str:
    """Return the version of this package, as the installer has written it down.

    ``importlib.metadata`` would know it too, for some megabytes.
    """
    for folder in sys.path:
        if not os.path.isdir(folder):  # noqa: PTH112 - pathlib weighs
            continue
        for name in os.listdir(folder):  # noqa: PTH208
            if name.startswith(DISTRIBUTION) and name.endswith(".dist-info"):
                return name.removeprefix(DISTRIBUTION).removesuffix(".dist-info")
    return "of unknown version"
