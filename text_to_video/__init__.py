"""Text in, a captioned vertical reel out: a library and a command that know nothing of queues or databases."""
