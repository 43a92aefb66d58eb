"""Cells: run one after another, stopped, and answered with their errors."""
