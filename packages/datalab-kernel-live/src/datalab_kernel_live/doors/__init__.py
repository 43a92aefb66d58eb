"""The doors of a running DataLab: ways in for a kernel."""
