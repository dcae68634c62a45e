"""What is remembered, shown."""
