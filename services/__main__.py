"""Every command of the project: `python -m services --help`."""
