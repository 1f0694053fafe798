"""Asking for work, doing it once in effect, and sending messages until they arrive."""
