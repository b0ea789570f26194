"""Text to vectors: one Embedder port."""

import os

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")  # read when onnxruntime is imported; nothing leaves this machine unasked
