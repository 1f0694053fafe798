"""Pages of agreements, for both of their sides."""
