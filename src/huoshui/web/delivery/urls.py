"""Addresses of jobs, dead letters and the inbox."""

from __future__ import annotations

from django.urls import path

from huoshui.web.delivery.pages import inbox, jobs

app_name = "delivery"
urlpatterns = [
    path("jobs", jobs.jobs, name="jobs"),
    path("jobs/dead", jobs.dead, name="dead"),
    path("jobs/dead/<uuid:outgoing_id>/send", jobs.send_again, name="send_again"),
    path("jobs/<uuid:job_id>", jobs.job, name="job"),
    path("jobs/<uuid:job_id>/retry", jobs.retry, name="retry"),
    path("inbox", inbox.inbox, name="inbox"),
    path("inbox/read", inbox.read_all, name="read_all"),
    path("inbox/<uuid:message_id>/read", inbox.read, name="read"),
]
