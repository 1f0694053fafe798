"""Who is who: institutions, subjects, people, their roles and the consents they gave."""
