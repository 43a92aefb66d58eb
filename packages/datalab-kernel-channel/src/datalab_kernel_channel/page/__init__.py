"""What a page loads: the JavaScript half of the channel, in modules and as one text."""

from datalab_kernel_channel.page._module import page_module

__all__ = ["page_module"]
