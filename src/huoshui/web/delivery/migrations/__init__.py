"""Migrations of delivery."""
