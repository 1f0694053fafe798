"""Pages of what comes in and which policy is in force."""
