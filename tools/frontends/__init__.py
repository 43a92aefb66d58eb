"""Drive the real front ends: a Jupyter server on loopback, headless Chromium, and a notebook in it.

The browser tests and ``tools/screenshots.py`` share it.
"""
