"""Alembic's entry: it runs the steps on the connection that it is handed, within its transaction."""

from alembic import context

from dispatch.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite alters a table by copying it.
    transactional_ddl=False,  # The caller's transaction holds it all.
)
context.run_migrations()
