"""DataLab's window, and cells that are run with and without it."""
