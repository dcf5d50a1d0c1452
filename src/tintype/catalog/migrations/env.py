"""What Alembic runs for every command: the connection that it is handed, and our tables."""

from alembic import context

from tintype.catalog.tables import Record

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Record.metadata,
    render_as_batch=True,  # SQLite cannot change a column; a table is built anew there
)
context.run_migrations()
