"""E-mail: what goes out to a customer's contact by SMTP."""
