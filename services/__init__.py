"""The four services of Reelwright, what they share, and the commands that start them."""
