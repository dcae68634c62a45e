"""What can be done, and the rules of it, shown."""
