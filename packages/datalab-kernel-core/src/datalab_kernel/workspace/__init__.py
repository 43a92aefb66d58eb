"""The workspace: named objects, wherever a backend keeps them, with files and computing."""
