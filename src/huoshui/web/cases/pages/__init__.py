"""Pages of needs, applications, decisions and quotas, for subjects and for institutions."""
