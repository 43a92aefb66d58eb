"""Messages that the kernel publishes: streams, displays and comms, under the right parent."""
