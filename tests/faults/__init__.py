"""What tests attack the queue with: racing processes, workers to freeze and kill, and a proxy that breaks S3."""
