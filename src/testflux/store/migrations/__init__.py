"""The steps from an empty database to schema.sql."""
