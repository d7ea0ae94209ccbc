"""What a business knows and what was done to it: records, changes, the journal."""
