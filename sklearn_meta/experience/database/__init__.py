"""The sqlite file or the server that a base lies in: layout, seals, damage."""
