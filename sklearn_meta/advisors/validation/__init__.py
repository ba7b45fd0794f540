"""Whether advice helps, and whether predictions come true: on tasks left out."""
