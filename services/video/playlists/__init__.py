"""Playlists: the clips of one workout day, the same ones however often and wherever they are asked for."""
