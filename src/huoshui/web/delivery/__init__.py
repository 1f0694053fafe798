"""What is done later and what leaves the platform: jobs, messages, webhooks; once in effect."""
