"""REST: the store's nouns over HTTP, with keys, problem+json errors, cursor pages, ETags and idempotency keys."""
