"""Comms with ipykernel's interface, on whichever kernel runs."""
