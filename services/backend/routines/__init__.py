"""Routines: workouts compiled from a sentence."""
