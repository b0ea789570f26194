"""The worker: claims generation jobs, makes the reel, uploads and indexes it."""
