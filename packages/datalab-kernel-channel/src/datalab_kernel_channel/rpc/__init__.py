"""Calls in both directions: channels, clients, streams."""
