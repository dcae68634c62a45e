"""People reach Headwater here: the platforms, the door all requests pass, the command line."""
