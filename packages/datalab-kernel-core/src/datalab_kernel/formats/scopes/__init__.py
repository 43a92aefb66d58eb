"""Oscilloscopes' text files that need more than columns under titles: a module for each maker.

The forms are those of the makers' manuals. A module brings :class:`Reader` values, which
``_registry`` lists; no maker knows another.
"""
