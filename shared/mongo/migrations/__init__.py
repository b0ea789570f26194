"""What brings a database of an older version, or one laid out as the seed describes, to what this version reads and writes."""
