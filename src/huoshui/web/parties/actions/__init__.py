"""What is written of parties: admissions, links, sign-ins and consents."""
