"""The operations of matching: cells of a column, diagrams of a clause, bits turned into words."""
