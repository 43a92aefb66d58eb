"""The renderer that draws by matplotlib: nothing else of the core draws by it.

``renderer`` turns a description into a ``drawing``; ``layout`` gives each part its room.
"""

from datalab_kernel.plot._matplotlib.renderer import MatplotlibRenderer

__all__ = ["MatplotlibRenderer"]
