"""What the API says and hears: one msgspec struct for each JSON object of /api/v1."""
