"""The DataLab kernel for Jupyter: its kernelspec, and the launcher on xeus-python."""
