"""What every HTTP service shares: the app factory, problem+json, identity, request ids, health and metrics."""
