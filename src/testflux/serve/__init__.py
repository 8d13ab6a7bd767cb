"""HTTP and WebSocket: read the request, call a room, shape the answer."""
