"""Addresses of feeds, batches, rows set aside, runs and packs."""

from __future__ import annotations

from django.urls import path

from huoshui.web.sources.pages import feeds, packs, quarantine

app_name = "sources"
urlpatterns = [
    path("feeds", feeds.feeds, name="feeds"),
    path("feeds/<slug:feed>", feeds.feed, name="feed"),
    path("feeds/<slug:feed>/upload", feeds.upload, name="upload"),
    path("batches", feeds.batches, name="batches"),
    path("quarantine", quarantine.quarantine, name="quarantine"),
    path("quarantine/rows", quarantine.rows, name="quarantine_rows"),
    path("quarantine/<int:batch>/<int:row>", quarantine.row, name="quarantine_row"),
    path("quarantine/<int:batch>/<int:row>/repair", quarantine.repair, name="repair"),
    path("runs", packs.runs, name="runs"),
    path("runs/ask", packs.ask_run, name="ask_run"),
    path("packs", packs.packs, name="packs"),
    path("packs/publish", packs.publish, name="publish"),
]
