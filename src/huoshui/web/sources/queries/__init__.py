"""What is asked of feeds, batches, rows set aside and packs."""
