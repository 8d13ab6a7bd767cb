"""Who may: passwords, tokens, permissions. No HTTP, no SQL."""
