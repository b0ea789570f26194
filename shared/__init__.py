"""What every service builds on: settings, errors, schemas, and the adapters of each port."""
