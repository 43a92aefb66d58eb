"""The DataLab kernel for Jupyter."""
