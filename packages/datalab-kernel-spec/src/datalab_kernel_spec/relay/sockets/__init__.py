"""The relay's sockets to Jupyter and to xpython, and the messages that pass them."""
