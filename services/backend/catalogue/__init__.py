"""The catalogue of exercises and their clips: import from files, and the operator's API of it."""
