"""What is read of parties, memberships and consents."""
