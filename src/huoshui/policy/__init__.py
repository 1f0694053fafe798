"""Policy is data: reads packs as at a day, checks them, and evaluates their rules."""
