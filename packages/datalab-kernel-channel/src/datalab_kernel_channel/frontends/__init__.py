"""Ready front ends: regions and points drawn on a plot, files moved, a workspace's live status.

Only these need the core and Sigima.
"""

from datalab_kernel_channel.frontends._files import download, upload
from datalab_kernel_channel.frontends._picking import pick_points, pick_roi
from datalab_kernel_channel.frontends._status import status_line

__all__ = ["download", "pick_points", "pick_roi", "status_line", "upload"]
