"""Builds a JupyterLite site with DataLab-Kernel in it: ``python3 tools/run.py lite``."""
