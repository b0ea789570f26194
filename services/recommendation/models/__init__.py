"""What is learned from who watched what: each model gives every item a score for a history. PURE."""
