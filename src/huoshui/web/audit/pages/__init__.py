"""Pages of the record, and the doors that every page stands behind."""
