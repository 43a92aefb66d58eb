"""The wire protocol: frames as values, without input or output."""
