"""What kernel and relay say to each other besides Jupyter's messages, written down once for both."""
