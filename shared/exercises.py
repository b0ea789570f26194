"""The exercises that may be planned: those with a playable required clip at any provider."""
