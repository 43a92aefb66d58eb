"""DataLab's XML-RPC server: its window, over one call at a time."""
