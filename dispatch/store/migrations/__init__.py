"""Steps of the schema, run by :mod:`dispatch.store.migrate`."""
