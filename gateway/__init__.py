"""The edge: HTTP, WebSocket and the terminal; decides nothing about the market."""
