"""Fakes that stand at the wire, one for each outside service."""
