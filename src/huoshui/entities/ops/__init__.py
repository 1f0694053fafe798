"""The operations of the entities stage, one file each."""
