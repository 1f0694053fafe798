"""The raw tables of the region, one file for each kind of office."""
