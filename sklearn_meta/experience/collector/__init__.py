"""The collector: it runs configurations on tables and writes down how they did."""
