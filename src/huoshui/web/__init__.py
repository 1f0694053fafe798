"""The web: one Django project, each app a vertical slice; see ARCHITECTURE.md."""
