"""A loan's life as a pure fold of what happened to it: what is owed, to the fen, on any day."""
