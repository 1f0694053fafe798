"""Addresses of feeds, batches, rows set aside, runs and packs."""

from __future__ import annotations

from django.urls import path

from huoshui.web.sources.pages import comparing, feeds, packs, quarantine, sandbox

app_name = "sources"
DRAFT = "sandbox/<uuid:candidate>"
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
    path("sandbox", sandbox.sandbox, name="sandbox"),
    path("sandbox/draft", sandbox.draft, name="draft"),
    path("sandbox/<uuid:candidate>", sandbox.candidate, name="candidate"),
    path(f"{DRAFT}/change/<slug:kind>/<slug:id>", sandbox.change, name="change"),
    path(f"{DRAFT}/change/<slug:kind>/<slug:id>/do", sandbox.edit, name="edit"),
    path(f"{DRAFT}/remove", sandbox.remove, name="remove"),
    path(f"{DRAFT}/drop", sandbox.drop, name="drop"),
    path(f"{DRAFT}/compare", sandbox.compare, name="compare"),
    path(f"{DRAFT}/publish", sandbox.publish, name="publish"),
    path(f"{DRAFT}/shadow", sandbox.begin_shadow, name="begin_shadow"),
    path(f"{DRAFT}/shadow/end", sandbox.end_shadow, name="end_shadow"),
    path(f"{DRAFT}/differences/<uuid:difference>", comparing.difference, name="difference"),
    path(f"{DRAFT}/differences/<uuid:difference>/list", comparing.everybody, name="everybody"),
    path(f"{DRAFT}/disagreements", comparing.disagreements, name="disagreements"),
]
