"""Brings into a JupyterLite kernel what DataLab-Kernel needs there.

In a notebook of JupyterLite, whose kernel is Python in the page (Pyodide)::

    %pip install datalab-kernel
    import datalab_kernel_lite

    print(await datalab_kernel_lite.install())
    %load_ext datalab_kernel
"""

from datalab_kernel_lite._bringing import Brought, CannotBringError
from datalab_kernel_lite._install import install

__all__ = ["Brought", "CannotBringError", "install"]
