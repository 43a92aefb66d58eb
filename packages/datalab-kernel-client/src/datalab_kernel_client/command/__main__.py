"""Let `python -m datalab_kernel_client.command` do what `datalab-kernel` does."""

import sys

from datalab_kernel_client.command._main import main

sys.exit(main())
