"""How a finished search is added to a base: what may leave a table, and on which machine."""
