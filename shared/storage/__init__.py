"""Where media bytes live: one BlobStore port over local disk and any S3."""
