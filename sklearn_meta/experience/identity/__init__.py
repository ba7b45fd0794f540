"""By what tables, and parts of them, are recognised: row hashes, fingerprints, near-duplicates."""
