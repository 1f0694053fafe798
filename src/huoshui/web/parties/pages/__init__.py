"""Pages of parties: sign-in, who I act for, consents, institutions."""
