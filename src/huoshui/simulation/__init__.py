"""A region that lives for months through the platform's own actions, by a seed, and its checks."""
