"""Who sees which jobs and messages; what the two roles may do with the queue."""

from django.db import migrations

from huoshui.web.audit.rules.security import (
    ANYONE,
    JOBS,
    OPERATOR,
    OWN_INSTITUTION,
    OWN_SUBJECT,
    WEB,
    protect,
)

RECEIVER = f"{OWN_SUBJECT} OR {OWN_INSTITUTION} OR person_id = actor_person()"
QUEUE = ("jobs", "events", "periodic_defers", "workers")

POLICIES = [
    *protect(
        "delivery_job",
        read=f"asked_by = actor_person() OR {OPERATOR}",
        insert=ANYONE,
    ),
    *protect("delivery_outgoing", read=OPERATOR, insert=ANYONE),
    *protect("delivery_message", read=RECEIVER, update=RECEIVER, columns=["read_at"]),
    *protect(
        "delivery_webhook",
        read=OWN_INSTITUTION,
        insert=OWN_INSTITUTION,
        update=OWN_INSTITUTION,
    ),
    *(f"GRANT SELECT, INSERT ON procrastinate_{table} TO {WEB}" for table in QUEUE),
    *(f"GRANT ALL ON procrastinate_{table} TO {JOBS}" for table in QUEUE),
    f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {JOBS}",
]


class Migration(migrations.Migration):
    """After the tables, ours and the queue's."""

    dependencies = [
        ("delivery", "0001_initial"),
        ("parties", "0002_security"),
        ("procrastinate", "0041_post_retry_failed_job"),
    ]
    operations = [migrations.RunSQL(POLICIES)]
