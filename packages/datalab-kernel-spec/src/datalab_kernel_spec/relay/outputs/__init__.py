"""Text from the pipes of the kernel and its children, shown under its cell."""
