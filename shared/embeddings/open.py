"""The one place that chooses the embedder."""

from __future__ import annotations

from shared.embeddings.base import Embedder
from shared.embeddings.minilm import MINILM_ID
from shared.settings import EmbedderName, Settings


def open_embedder(settings: Settings, *, threads: int = 1) -> Embedder:
    """The embedder of EMBEDDER; `threads` are those of a local model. The caller closes it with `aclose()`.

    Blocks for up to a second, or a few where the model has to be built first: call it in a thread where a loop runs. Only the one chosen
    is imported. Raises SettingsError when Gemini has no key, FileNotFoundError when a model's wheel is not installed.
    """
    return open_named(settings.embeddings.embedder, settings, threads=threads)


def open_named(name: EmbedderName, settings: Settings, *, threads: int = 1) -> Embedder:
    """As `open_embedder`, whichever the settings choose."""
    if name == "wordllama":
        from shared.embeddings.wordllama import open_wordllama

        return open_wordllama()
    if name == "gemini":
        from shared.embeddings.gemini import open_gemini

        return open_gemini(settings)
    from shared.embeddings.local import open_local  # onnxruntime takes 60 MB

    return open_local(threads=threads)


def runnable(settings: Settings) -> tuple[EmbedderName, ...]:
    """Those that can run here: the local ones, and Gemini with a key."""
    models = settings.language_models
    return ("minilm", "wordllama", "gemini") if models.gemini_api_key or models.gemini_api_backup_key else ("minilm", "wordllama")


def find_embedder(embedder_id: str, settings: Settings, *, threads: int = 1) -> Embedder | None:
    """The embedder that made these vectors; None when this version, or this machine, has none such. Blocks like `open_embedder`."""
    for name in runnable(settings):
        if id_of(name, settings) == embedder_id:
            return open_named(name, settings, threads=threads)
    return None


def id_of(name: EmbedderName, settings: Settings) -> str:
    """Its embedder_id, without opening it."""
    if name == "wordllama":
        from shared.embeddings.wordllama import WordLlamaEmbedder

        return WordLlamaEmbedder.embedder_id
    if name == "gemini":
        from shared.embeddings.gemini import gemini_id

        return gemini_id(settings.embeddings.gemini_embedding_model)
    return MINILM_ID
