"""The pages across apps: home and search."""
