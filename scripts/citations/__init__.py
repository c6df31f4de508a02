"""Which test shows which clause: reads docs/clauses.toml and the tests, writes docs/conformance.md."""
