"""One step a number, its SQL beside it."""
