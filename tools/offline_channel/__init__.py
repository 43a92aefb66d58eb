"""A conda channel made of this machine's Python and PyPI's wheels, where no other can be reached; see README.md."""
