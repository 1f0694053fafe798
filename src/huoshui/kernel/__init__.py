"""What every part shares: money, days, identifiers, citations, traces, the shape of errors."""
