"""The front door: receive and unpack uploads."""
