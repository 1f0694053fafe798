"""Addresses of profile, scores, offers, snapshots and prospects."""

from __future__ import annotations

from django.urls import path

from huoshui.web.insights.pages import (
    growth,
    offers,
    pairs,
    profile,
    prospects,
    registry,
    rules,
    scores,
    snapshots,
    subsidies,
)

app_name = "insights"
urlpatterns = [
    path("profile", profile.profile, name="profile"),
    path("profile/rows", profile.rows_ask, name="rows_ask"),
    path("profile/rows/<uuid:job_id>", profile.rows, name="rows"),
    path("scores", scores.scores, name="scores"),
    path("offers", offers.offers, name="offers"),
    path("offers/<slug:offering>", offers.offer, name="offer"),
    path("growth", growth.growth, name="growth"),
    path("titles/<slug:title>", growth.title, name="title"),
    path("subsidies", subsidies.subsidies, name="subsidies"),
    path("programmes", subsidies.office, name="programmes"),
    path("programmes/<slug:offering>", subsidies.payees, name="payees"),
    path("registry", registry.registry, name="registry"),
    path("rules", rules.rules, name="rules"),
    path("rules/<slug:kind>/<slug:name>", rules.rule, name="rule"),
    path("snapshots", snapshots.listed, name="snapshots"),
    path("identity", pairs.listed, name="pairs"),
    path("identity/<uuid:pair>", pairs.shown, name="pair"),
    path("identity/<uuid:pair>/decide", pairs.decide, name="pair_decide"),
    path("prospects/<slug:offering>", prospects.found, name="prospects"),
]
