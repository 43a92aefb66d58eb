"""Replies of xpython that the relay mends before Jupyter gets them."""
