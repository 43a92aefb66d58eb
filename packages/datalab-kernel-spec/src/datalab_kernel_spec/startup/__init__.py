"""The start inside xpython: its Python half is checked, patched, and joined to the relay."""
