"""The IPython shell that cells see: made from xpython's, with what notebooks ask of it."""
