"""Measurements of speed, each a program: `python -m tests.bench.importing FILE`."""
