"""Channels, with a page in Python as the other side."""
