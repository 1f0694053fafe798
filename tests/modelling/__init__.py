"""Tests; the folders mirror src/huoshui."""
