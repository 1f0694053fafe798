"""Huoshui: a region's scattered records become credit that can be read, replayed and trusted."""
