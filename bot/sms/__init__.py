"""Text messages: what goes out to a customer's contact through a provider."""
