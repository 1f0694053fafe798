"""Pages of what is known: profile, scores, offers; snapshots; prospects."""
