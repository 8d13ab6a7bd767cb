"""The worker: tasks and schedule."""
