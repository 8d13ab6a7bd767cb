"""RawReport to Report: identity, URL templates, exact totals; past this room nothing may be missing."""
