"""Runs: a skill over a selection of records, in shards, here or by workers; resumable, metered, with progress."""
