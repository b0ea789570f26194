"""What a model that keeps to the posting says of a baker's job."""

from __future__ import annotations

from typing import Any

GOOD: dict[str, Any] = {
    "hook": "Could you keep a stone oven burning through the night?",
    "duties": [
        "You'll knead sourdough by hand before the town wakes up.",
        "You'll teach two apprentices to shape loaves and trust their hands.",
        "You'll run the stone ovens and keep the fire even.",
    ],
    "requirement": "You'll need three years in a bakery that mills its own flour.",
    "cta": "Sounds like you? Tap apply.",
}
