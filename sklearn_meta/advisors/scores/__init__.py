"""The scale on which scores are compared, whatever the metric and the target."""
