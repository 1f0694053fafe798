"""Taking files in, repairing rows, asking for runs, and mirroring what the lake has."""
