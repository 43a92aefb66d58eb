"""Ready front ends: pick regions and points, move files, watch a workspace."""
