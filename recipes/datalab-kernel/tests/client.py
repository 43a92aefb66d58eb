"""The client alone: without any of its siblings it looks for a server, and says what it found."""

import sys

from datalab_kernel_client import ClientError, NoServerError

assert issubclass(NoServerError, ClientError)
assert "datalab_kernel" not in sys.modules
