"""What came in: feeds, batches, quarantine, uploads, and the packs in force."""
