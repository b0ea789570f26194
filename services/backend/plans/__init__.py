"""Workout plans: written by rules or a model, checked strictly, kept and changed."""
