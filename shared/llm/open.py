"""The one place that chooses the models."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import SecretStr

from shared.llm.base import LLM, Model
from shared.llm.chain import Chain, Patience, Spend
from shared.settings import LanguageModels, Settings

if TYPE_CHECKING:
    from shared.llm.gemini import GeminiModel
    from shared.llm.openai_compatible import OpenAICompatibleModel


def open_llm(settings: Settings, *, spend: Spend | None = None) -> LLM | None:
    """The chain of every model that has a key: Gemini, Gemini's backup key, OpenRouter, OpenAI. The caller closes it with `aclose()`.

    None without any key: to write offline is what was asked for then, and not `degraded`. Loading Google's SDK takes a second: call it in a
    thread where a loop runs.
    """
    config = settings.language_models
    models = list(_models(config))
    patience = Patience(config.llm_timeout_s, config.llm_deadline_s, config.llm_breaker_failures, config.llm_breaker_cooldown_s)
    return Chain(models, patience, spend=spend) if models else None


def _models(config: LanguageModels) -> Iterator[Model]:
    if config.gemini_api_key:
        yield _gemini(config, "gemini", "GEMINI_API_KEY", config.gemini_api_key)
    if config.gemini_api_backup_key:
        yield _gemini(config, "gemini_backup", "GEMINI_API_BACKUP_KEY", config.gemini_api_backup_key)
    if config.openrouter_api_key:
        yield _openrouter(config, config.openrouter_api_key)
    if config.openai_api_key:
        yield _openai(config, config.openai_api_key)


def _gemini(config: LanguageModels, hop: str, setting: str, key: SecretStr) -> GeminiModel:
    from shared.llm.gemini import GeminiModel  # the SDK takes 37 MB and 0.5 s, which only its users pay

    timeout_s = config.llm_timeout_s
    return GeminiModel(hop, setting, key=key, model=config.gemini_model, base_url=config.gemini_base_url, timeout_s=timeout_s)


def _openrouter(config: LanguageModels, key: SecretStr) -> OpenAICompatibleModel:
    from shared.llm.openai_compatible import OpenAICompatibleModel

    return OpenAICompatibleModel(
        "openrouter",
        "OPENROUTER_API_KEY",
        key=key,
        model=config.openrouter_model,
        base_url=config.openrouter_base_url,
        timeout_s=config.llm_timeout_s,
        options={"provider": {"require_parameters": True}},  # only vendors that keep to the schema
    )


def _openai(config: LanguageModels, key: SecretStr) -> OpenAICompatibleModel:
    from shared.llm.openai_compatible import OpenAICompatibleModel

    model, base_url, timeout_s = config.openai_model, config.openai_base_url, config.llm_timeout_s
    return OpenAICompatibleModel("openai", "OPENAI_API_KEY", key=key, model=model, base_url=base_url, timeout_s=timeout_s)
