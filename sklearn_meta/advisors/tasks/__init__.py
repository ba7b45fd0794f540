"""What earlier tasks showed, ready to learn from: results, seconds, how much tasks are alike."""
