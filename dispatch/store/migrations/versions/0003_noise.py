"""Silences with their histories, groups of notices with their timers, and what of an alert noise control asks for.

Alerts that are there already are filled in: none of them was ever kept quiet.
"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

BATCH = 500
"""Alerts that are read at once."""


def upgrade() -> None:
    """Make the tables, and the columns."""
    op.create_table(
        "silences",
        *(sa.Column(name, sa.Text, nullable=name == "unit") for name in ("id", "unit", "kind", "author")),
        *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("starts_at", "over_at", "changed_at")),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )
    op.create_index("ix_silences_changed_at_id", "silences", ["changed_at", "id"])
    op.create_index("ix_silences_over_at", "silences", ["over_at"])
    op.create_table(
        "silence_events",
        sa.Column("silence", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("fact", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("actor", "hash", "body")),
        sa.PrimaryKeyConstraint("silence", "number", name="pk_silence_events"),
    )
    op.create_table(
        "notice_groups",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notice_groups"),
    )
    op.create_index("ix_notice_groups_next_at", "notice_groups", ["next_at"])
    op.create_table(
        "group_members",
        *(sa.Column(name, sa.Text, nullable=False) for name in ("group", "alert", "told")),
        sa.PrimaryKeyConstraint("group", "alert", name="pk_group_members"),
    )
    with op.batch_alter_table("deliveries") as batch:
        batch.alter_column("ticket", existing_type=sa.Text, nullable=True)
        batch.add_column(sa.Column("group", sa.Text))
    for column in (
        sa.Column("series", sa.Text),
        sa.Column("starts_at", sa.BigInteger),
        sa.Column("suppressed", sa.Text),
        sa.Column("flapping", sa.BigInteger),
        sa.Column("judge_at", sa.BigInteger),
    ):
        op.add_column("alerts", column)
    _fill()
    with op.batch_alter_table("alerts") as batch:
        batch.alter_column("series", existing_type=sa.Text, nullable=False)
        batch.alter_column("starts_at", existing_type=sa.BigInteger, nullable=False)
    op.create_index("ix_alerts_series_starts_at", "alerts", ["series", "starts_at"])
    op.create_index("ix_alerts_judge_at", "alerts", ["judge_at"])


def downgrade() -> None:
    """Take them back; notices of groups, and who kept what quiet, are lost."""
    op.drop_index("ix_alerts_judge_at", "alerts")
    op.drop_index("ix_alerts_series_starts_at", "alerts")
    with op.batch_alter_table("alerts") as batch:
        for name in ("judge_at", "flapping", "suppressed", "starts_at", "series"):
            batch.drop_column(name)
    op.execute(sa.text("DELETE FROM deliveries WHERE ticket IS NULL"))
    with op.batch_alter_table("deliveries") as batch:
        batch.drop_column("group")
        batch.alter_column("ticket", existing_type=sa.Text, nullable=False)
    for name in ("group_members", "notice_groups", "silence_events", "silences"):
        op.drop_table(name)


def _fill() -> None:
    """What follows from an alert's newest event."""
    alerts = sa.table("alerts", *(sa.column(name) for name in ("id", "body", "series", "starts_at")))
    last = ""
    while (
        found := op.get_bind()
        .execute(sa.select(alerts.c.id, alerts.c.body).where(alerts.c.id > last).order_by(alerts.c.id).limit(BATCH))
        .all()
    ):
        for name, body in found:
            latest = json.loads(body)["latest"]
            op.get_bind().execute(
                sa.update(alerts)
                .where(alerts.c.id == name)
                .values(series=_canonical([latest["rule"], latest["group"]]), starts_at=latest["starts_at"])
            )
        last = found[-1][0]


def _canonical(value: object) -> str:
    """JSON with sorted keys and without white space, as the product spells it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
