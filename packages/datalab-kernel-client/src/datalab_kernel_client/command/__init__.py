"""The command `datalab-kernel`: what a person types, and what is printed for a person or a program."""
