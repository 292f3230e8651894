"""The first tables: alerts, tickets, outbox, deliveries, feed and accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = {
    "alerts": ("id!", "state", "rule", "severity", "unit?", "ticket?", "acknowledged_by?", "opened_at#", "changed_at#", "body"),
    "alert_events": ("event_id!", "alert", "event", "at#", "taken_at#", "body"),
    "tickets": (
        "id!", "version%", "state", "category", "severity", "unit?", "assignee?", "spot", "due_at#?", "clock_stopped_at#?",
        "opened_at#", "changed_at#", "ended_at#?", "body",
    ),
    "ticket_events": ("ticket!", "number%!", "fact", "at#", "actor", "hash", "body"),
    "outbox": ("sequence+", "topic", "key", "value*", "created_at#"),
    "deliveries": (
        "id!", "ticket", "number%", "purpose", "unit?", "person?", "url", "body*", "state", "attempts%", "life_safety^",
        "created_at#", "next_at#", "sent_at#?", "error?",
    ),
    "feed": ("sequence+", "at#", "subject", "id", "event", "actor?", "unit?"),
    "users": ("id!", "password_hash", "state", "created_at#", "changed_at#"),
    "sessions": ("token_hash!", "user", "created_at#", "expires_at#"),
    "api_keys": ("id!", "name", "secret_hash", "scopes", "created_at#", "expires_at#?", "revoked_at#?"),
}  # fmt: skip
"""Columns by table: text, but ``#`` a big integer, ``%`` an integer, ``*`` bytes, ``^`` a truth value; ``?`` optional, ``!`` key, ``+`` numbered key."""

INDEXES = {
    "alerts": (("changed_at", "id"), ("state", "rule")),
    "alert_events": (("alert", "at"),),
    "tickets": (("changed_at", "id"), ("state", "assignee"), ("spot", "changed_at"), ("due_at",)),
    "ticket_events": (("at",),),
    "deliveries": (("state", "next_at"), ("ticket", "number")),
    "sessions": (("user",), ("expires_at",)),
}

TYPES = {"#": sa.BigInteger, "%": sa.Integer, "*": sa.LargeBinary, "^": sa.Boolean}


def name_of(form: str) -> str:
    """The name in a short form."""
    return form.rstrip("!?#%*^+")


def column(form: str) -> sa.Column:
    """One column from its short form."""
    name = name_of(form)
    marks = form[len(name) :]
    if "+" in marks:
        return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=True)
    kind = next((TYPES[mark] for mark in marks if mark in TYPES), sa.Text)
    return sa.Column(name, kind, nullable="?" in marks, autoincrement=False)


def upgrade() -> None:
    """Make the tables."""
    for table, forms in TABLES.items():
        keys = [name_of(form) for form in forms if form.endswith(("!", "+"))]
        constraint = sa.PrimaryKeyConstraint(*keys, name=f"pk_{table}")
        op.create_table(table, *map(column, forms), constraint, sqlite_autoincrement=keys == ["sequence"])
        for parts in INDEXES.get(table, ()):
            op.create_index(f"ix_{table}_{'_'.join(parts)}", table, list(parts))


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)
