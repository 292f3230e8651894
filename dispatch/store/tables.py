"""Every table. What lists and routes ask for is a column; the whole value is JSON in ``body``, written by the same transaction."""

import sqlalchemy as sa

METADATA = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_SEQUENCE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""SQLite numbers rows by itself only where the key is a plain INTEGER."""


def _micros(name: str, *, optional: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=optional)


def _name(name: str, *, optional: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=optional, primary_key=key)


alerts = sa.Table(
    "alerts", METADATA,
    _name("id", key=True), _name("state"), _name("rule"), _name("severity"),
    _name("unit", optional=True), _name("ticket", optional=True), _name("acknowledged_by", optional=True),
    _micros("opened_at"), _micros("changed_at"), sa.Column("body", sa.Text, nullable=False),
    _name("series"), _micros("starts_at"), _name("suppressed", optional=True), _micros("flapping", optional=True),
    _micros("judge_at", optional=True),
    sa.Index(None, "changed_at", "id"), sa.Index(None, "state", "rule"), sa.Index(None, "series", "starts_at"), sa.Index(None, "judge_at"),
)  # fmt: skip

alert_events = sa.Table(
    "alert_events", METADATA,
    _name("event_id", key=True), _name("alert"), _name("event"), _micros("at"), _micros("taken_at"),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "alert", "at"),
)  # fmt: skip
"""Also what makes the intake idempotent: a change that is here has been taken in, whole."""

tickets = sa.Table(
    "tickets", METADATA,
    _name("id", key=True), sa.Column("version", sa.Integer, nullable=False), _name("state"), _name("category"), _name("severity"),
    _name("unit", optional=True), _name("assignee", optional=True), sa.Column("spot", sa.Text, nullable=False),
    _micros("due_at", optional=True), _micros("clock_stopped_at", optional=True),
    _micros("opened_at"), _micros("changed_at"), _micros("ended_at", optional=True), sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "changed_at", "id"), sa.Index(None, "state", "assignee"), sa.Index(None, "spot", "changed_at"), sa.Index(None, "due_at"),
)  # fmt: skip

ticket_events = sa.Table(
    "ticket_events", METADATA,
    _name("ticket", key=True), sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _name("fact"), _micros("at"), _name("actor"), _name("hash"), sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "at"),
)  # fmt: skip

outbox = sa.Table(
    "outbox", METADATA,
    sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
    _name("topic"), _name("key"), sa.Column("value", sa.LargeBinary, nullable=False), _micros("created_at"),
    sqlite_autoincrement=True,
)  # fmt: skip
"""Records that Kafka has not acknowledged yet, in the order of commits; a row is deleted when it has."""

deliveries = sa.Table(
    "deliveries", METADATA,
    _name("id", key=True), _name("ticket", optional=True), sa.Column("number", sa.Integer, nullable=False), _name("purpose"),
    _name("unit", optional=True), _name("person", optional=True), sa.Column("url", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False), _name("state"), sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("life_safety", sa.Boolean, nullable=False),
    _micros("created_at"), _micros("next_at"), _micros("sent_at", optional=True), sa.Column("error", sa.Text),
    _name("group", optional=True),
    sa.Index(None, "state", "next_at"), sa.Index(None, "ticket", "number"),
)  # fmt: skip

feed = sa.Table(
    "feed", METADATA,
    sa.Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
    _micros("at"), _name("subject"), _name("id"), _name("event"), _name("actor", optional=True), _name("unit", optional=True),
    sqlite_autoincrement=True,
)  # fmt: skip

evidence = sa.Table("evidence", METADATA, _name("reference", key=True), _name("namer", key=True), _name("id", key=True))
"""Which alert, ticket or uploader names which picture: who may see one of them may see the picture."""

silences = sa.Table(
    "silences", METADATA,
    _name("id", key=True), _name("unit", optional=True), _name("kind"), _name("author"), _micros("starts_at"), _micros("over_at"),
    _micros("changed_at"), sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "changed_at", "id"), sa.Index(None, "over_at"),
)  # fmt: skip
"""Never deleted: what was kept quiet, by whom and why is told for ever."""

silence_events = sa.Table(
    "silence_events", METADATA,
    _name("silence", key=True), sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _name("fact"), _micros("at"), _name("actor"), _name("hash"), sa.Column("body", sa.Text, nullable=False),
)  # fmt: skip

notice_groups = sa.Table(
    "notice_groups",
    METADATA,
    _name("id", key=True),
    _micros("next_at"),
    sa.Column("body", sa.Text, nullable=False),
    sa.Index(None, "next_at"),
)
"""Groups with their timers: a restart loses none."""

group_members = sa.Table("group_members", METADATA, _name("group", key=True), _name("alert", key=True), _name("told"))

users = sa.Table(
    "users", METADATA,
    _name("id", key=True), sa.Column("password_hash", sa.Text, nullable=False), _name("state"), _micros("created_at"), _micros("changed_at"),
)  # fmt: skip

sessions = sa.Table(
    "sessions", METADATA,
    _name("token_hash", key=True), _name("user"), _micros("created_at"), _micros("expires_at"),
    sa.Index(None, "user"), sa.Index(None, "expires_at"),
)  # fmt: skip

api_keys = sa.Table(
    "api_keys", METADATA,
    _name("id", key=True), _name("name"), _name("secret_hash"), sa.Column("scopes", sa.Text, nullable=False),
    _micros("created_at"), _micros("expires_at", optional=True), _micros("revoked_at", optional=True),
)  # fmt: skip
