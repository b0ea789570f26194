"""Words in common: what a query and a posting share, by word and by letters, and the word lists that make languages meet in English."""
