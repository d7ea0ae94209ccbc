"""One database: an embedded PostgreSQL that Weft starts, or yours."""
