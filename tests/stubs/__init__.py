"""Servers on loopback that speak as the vendors do."""
