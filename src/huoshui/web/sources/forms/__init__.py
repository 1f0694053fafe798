"""Forms of drafts: what is typed, and how it is read."""
