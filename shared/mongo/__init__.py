"""Everything that speaks to MongoDB: a module a collection, the queue, leases and the embedded server."""
