"""On a computer it says where it belongs."""

import asyncio

import datalab_kernel_lite

said = ""
try:
    asyncio.run(datalab_kernel_lite.install())
except RuntimeError as error:
    said = str(error)
assert "web page" in said, said
