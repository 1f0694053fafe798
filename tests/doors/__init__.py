"""Every door of the platform: tables with their policies, routes with their permissions."""
