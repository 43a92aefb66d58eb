"""A client in Python that speaks the wire protocol, for tests without a browser."""
