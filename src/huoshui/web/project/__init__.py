"""What holds the apps together: settings, addresses, the clock, the database."""
