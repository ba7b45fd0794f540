"""What a base holds: making, reading, copying and exporting records."""
