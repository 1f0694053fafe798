"""Runs the stages: raw files into the lake, and the lake's facts into a published snapshot."""
