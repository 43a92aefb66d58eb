"""The objects of a running DataLab by name: listed, read, written."""
