"""Every process as a case: needs and applications, their moves, documents and decisions."""
