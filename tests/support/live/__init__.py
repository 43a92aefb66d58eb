"""A DataLab that answers as told."""
