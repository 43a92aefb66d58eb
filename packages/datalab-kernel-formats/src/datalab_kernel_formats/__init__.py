"""Readers of instruments' binary files, found by ``load`` through entry points.

Each module has the readers of one format (:class:`datalab_kernel.formats.Reader`): what tells
its files, and what reads them, by its own code or by a library that is imported when a file
of it is read. Text files of instruments are the core's.
"""
