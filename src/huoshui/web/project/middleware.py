"""Every request runs in the name of its actor, in one transaction; every refusal is recorded."""
