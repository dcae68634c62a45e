"""The Slack adapter against a Slack of our own."""
