"""What is promised, shown; mirrors the rooms."""
