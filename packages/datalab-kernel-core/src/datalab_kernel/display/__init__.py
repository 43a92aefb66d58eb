"""What is shown of objects and of work that takes a while."""
