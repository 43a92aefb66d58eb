"""Values on the wire: Python objects to JSON trees with buffers, and back."""

from datalab_kernel_channel.values._arrays import NDArray
from datalab_kernel_channel.values._codecs import register_codec

__all__ = ["NDArray", "register_codec"]
