"""What every scenario stands on: processes, a Doorward, upstreams, a user, a report."""
