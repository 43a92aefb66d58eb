"""Pictures, compared."""
