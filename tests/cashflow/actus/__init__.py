"""Contracts by the ACTUS standard."""
