"""The window of a running DataLab, as the person who sits at it has it."""
