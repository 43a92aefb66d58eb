"""The kernel, driven as Jupyter drives it."""
