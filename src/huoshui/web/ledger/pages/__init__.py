"""Pages of the ledger: statements of banks, and payments that banks are asked for."""
