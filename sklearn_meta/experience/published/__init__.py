"""Other people's runs on OpenML, as evaluations of our configurations."""
