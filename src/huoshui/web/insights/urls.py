"""Addresses of profile, scores, offers, snapshots and prospects."""

from __future__ import annotations

from django.urls import path

from huoshui.web.insights.pages import offers, profile, prospects, scores, snapshots

app_name = "insights"
urlpatterns = [
    path("profile", profile.profile, name="profile"),
    path("profile/rows", profile.rows_ask, name="rows_ask"),
    path("profile/rows/<uuid:job_id>", profile.rows, name="rows"),
    path("scores", scores.scores, name="scores"),
    path("offers", offers.offers, name="offers"),
    path("offers/<slug:offering>", offers.offer, name="offer"),
    path("snapshots", snapshots.listed, name="snapshots"),
    path("prospects/<slug:offering>", prospects.found, name="prospects"),
]
