"""The ground: errors, settings, clock, hashing, identifiers, logging. Knows nothing of tests."""
