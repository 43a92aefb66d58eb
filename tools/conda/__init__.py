"""Proves the conda packages without any conda channel: a local one, real builds, real prefixes.

``python tools/conda`` says what it can do; tests/conda and the task ``test-conda`` use it.
"""
