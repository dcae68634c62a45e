"""E-mail: what goes out by SMTP, shown at a real server on this machine."""
