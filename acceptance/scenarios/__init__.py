"""What is judged, one module per subcommand of `run`."""
