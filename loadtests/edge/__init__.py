"""The edge under load, beside echoes that do nothing: durable orders by REST and by stream through the whole engine."""
