"""How fast it is, measured by programs that anybody can run."""
