"""What every part shares: money, days, identifiers, citations, traces and the one shape of errors."""
