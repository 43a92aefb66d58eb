"""Child processes of cells: what a fork does in the kernel's place, and its output in order."""
