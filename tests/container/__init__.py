"""The container, built and run for real, on a machine that can pull no image."""
