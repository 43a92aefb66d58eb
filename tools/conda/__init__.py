"""Builds the conda packages and proves them in real prefixes; the channel they need is offline_channel's.

``python tools/conda`` says what it can do; tests/conda and the task ``test-conda`` use it.
"""
