"""The operations of matching: codes of a column, masks of the codes, the AND of the masks."""
