"""Which tasks of a base may hold the table at hand."""
