"""The real DataLab as a process: for tests, benchmarks and the docs' picture."""

from datalab_application._process import Running, running_datalab

__all__ = ["Running", "running_datalab"]
