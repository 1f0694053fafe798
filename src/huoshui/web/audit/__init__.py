"""The record: who did what, when, why and under which rule; append-only and sealed."""
