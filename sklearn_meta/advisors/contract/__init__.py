"""What a search and its advisor say to each other, and what every advisor shares."""
