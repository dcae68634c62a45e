"""Text messages: what a provider on this machine is asked, and what its answers mean."""
