"""A DataLab session in IPython: its names, completion, magic and tracebacks."""
