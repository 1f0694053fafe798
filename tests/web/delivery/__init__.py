"""Tests of jobs, the outbox and the relay."""
