"""The command line: every noun of the store, for people and, with `--json`, for programs."""
