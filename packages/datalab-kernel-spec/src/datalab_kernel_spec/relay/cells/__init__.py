"""The cells that the relay has passed on: their order, numbers, statuses and end."""
