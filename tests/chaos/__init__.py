"""Chaos: workers killed and frozen at random and at named points, the database killed, and every invariant checked afterwards."""
