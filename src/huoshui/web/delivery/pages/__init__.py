"""Pages of jobs, dead letters and the inbox."""
