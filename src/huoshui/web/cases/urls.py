"""Addresses of needs, applications, decisions and quotas."""

from __future__ import annotations

from django.urls import path

from huoshui.web.cases.pages import bank, decisions, listing, one, subject

app_name = "cases"
urlpatterns = [
    path("needs", subject.need_list, name="needs"),
    path("needs/new", subject.need_form, name="need_new"),
    path("needs/state", subject.need_post, name="need_state"),
    path("applications", subject.application_list, name="applications"),
    path("offers/<slug:offering>/apply", subject.application_form, name="application_new"),
    path("offers/<slug:offering>/draft", subject.application_post, name="application_open"),
    path("cases/<uuid:wanted>", one.case_page, name="case"),
    path("cases/<uuid:wanted>/do/<slug:move>", one.case_do, name="do"),
    path("cases/<uuid:wanted>/documents", one.document_post, name="document_add"),
    path("cases/<uuid:wanted>/ask-consent", one.consent_request, name="consent_ask"),
    path("documents/<uuid:wanted>", one.document_get, name="document"),
    path("listings", listing.listing_list, name="listings"),
    path("listings/new", listing.listing_form, name="listing_new"),
    path("listings/propose", listing.listing_post, name="listing_propose"),
    path("queue", bank.queue_page, name="queue"),
    path("decided", bank.decided_page, name="decided"),
    path("needs-shown", bank.needs_shown_page, name="needs_shown"),
    path("offerings", bank.offerings_page, name="offerings"),
    path("offerings/<slug:offering>/quota", bank.quota_post, name="quota_set"),
    path("decisions/<uuid:wanted>", decisions.decision_page, name="decision"),
    path("decisions/<uuid:wanted>/replay", decisions.replay_post, name="replay"),
]
