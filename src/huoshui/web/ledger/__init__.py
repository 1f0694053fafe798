"""The only book of money: accounts, and transfers between them that nobody can change."""
