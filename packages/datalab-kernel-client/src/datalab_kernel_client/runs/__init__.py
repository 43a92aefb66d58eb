"""Notebooks that run unattended: parameters in, outputs saved as they come, resumed when need be."""
