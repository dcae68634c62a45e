"""What every command is made of; it knows no noun."""
