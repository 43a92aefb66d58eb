"""Clones and a toy of the repository."""
