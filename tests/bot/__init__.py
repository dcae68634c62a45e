"""People reach it here, shown."""
