"""Bank statements: read from a file, held to their own sums and to the statement before."""
