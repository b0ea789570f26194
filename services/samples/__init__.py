"""The project's own sample data, written for it: job postings in the Greenhouse board form."""
