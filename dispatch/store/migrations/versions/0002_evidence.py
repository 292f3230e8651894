"""Which alert, ticket or uploader names which picture, filled from the events that there are.

Uploads from before this step that were never attached to anything have no known uploader: nobody sees them any more.
"""

import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

BATCH = 500
"""Events that are read at once."""


def upgrade() -> None:
    """Make the table and fill it."""
    evidence = op.create_table(
        "evidence",
        sa.Column("reference", sa.Text, nullable=False),
        sa.Column("namer", sa.Text, nullable=False),
        sa.Column("id", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("reference", "namer", "id", name="pk_evidence"),
    )
    found = {*_of_alerts(), *_of_tickets()}
    op.bulk_insert(evidence, [{"reference": reference, "namer": namer, "id": name} for reference, namer, name in sorted(found)])


def downgrade() -> None:
    """Drop it; who uploaded what is lost."""
    op.drop_table("evidence")


def _of_alerts() -> Iterator[tuple[str, str, str]]:
    for alert, body in _bodies("alert_events", "alert"):
        for reference in body.get("evidence", ()):
            yield reference, "alert", alert


def _of_tickets() -> Iterator[tuple[str, str, str]]:
    for ticket, body in _bodies("ticket_events", "ticket"):
        told = body.get("particulars", {})
        for reference in (*told.get("opening", {}).get("evidence", ()), *told.get("photos", ())):
            yield reference, "ticket", ticket


def _bodies(table: str, owner: str) -> Iterator[tuple[str, dict]]:
    """The events that name a picture, by whose they are."""
    rows = sa.table(table, sa.column(owner), sa.column("body"))
    found = sa.select(rows.c[owner], rows.c.body).where(rows.c.body.contains("evidence:sha256/"))
    for name, body in op.get_bind().execute(found.execution_options(yield_per=BATCH)):
        yield name, json.loads(body)
