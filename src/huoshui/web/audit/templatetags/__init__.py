"""What every page can say: words in both languages, money, days, verdicts, drawings."""
