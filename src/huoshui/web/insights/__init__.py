"""What is known of a subject: published snapshots of profiles, ratings and verdicts."""
