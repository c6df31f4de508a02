"""What `benches/run` stands on: systems under test, loads, measured windows, rows, the report."""
