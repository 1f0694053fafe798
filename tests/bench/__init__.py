"""Tests of what the benches measure with; the benches themselves are never run here."""
