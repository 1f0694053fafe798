"""The operations of a rating, each over whole columns: tiers, cases, clauses, bands."""
