"""Settings: read, documented once, refused when unknown."""

from pathlib import Path

import pytest

from shared.errors import SettingsError
from shared.settings import env_example, load_settings, variables

ROOT = Path(__file__).parents[3]


def test_defaults_hold_without_any_environment() -> None:
    settings = load_settings({}, None)
    assert settings.search.target_count == 5
    assert settings.queue.max_user_concurrent_jobs == 2
    assert settings.worker_id


def test_the_environment_wins_over_the_file_and_empty_means_default(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("TARGET_COUNT=7\nMAX_RETRIES=1\nS3_ACL=\n")
    settings = load_settings({"TARGET_COUNT": "9", "MAX_RETRIES": ""}, file)
    assert settings.search.target_count == 9
    assert settings.queue.max_retries == 1
    assert settings.storage.s3_acl is None


@pytest.mark.parametrize(
    ("environ", "named"),
    [
        ({"TARGET_COUNTS": "5"}, "TARGET_COUNTS: unknown setting, did you mean TARGET_COUNT?"),
        ({"REELWRIGHT_SPEED": "1"}, "REELWRIGHT_SPEED: unknown setting"),
        ({"MAX_RETRIES": "many"}, "MAX_RETRIES: "),
        ({"STORAGE": "tape"}, "STORAGE: "),
        ({"BACKEND_PORT": "70000"}, "BACKEND_PORT: "),
    ],
)
def test_unknown_or_wrong_fails_naming_the_variable(environ: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings(environ, None)
    assert named in raised.value.message


def test_every_name_in_a_file_must_be_ours(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("SOMETHING_ELSE=1\n")
    with pytest.raises(SettingsError, match="SOMETHING_ELSE: unknown setting"):
        load_settings({}, file)


def test_secrets_do_not_show() -> None:
    settings = load_settings({"AWS_SECRET_ACCESS_KEY": "hunter2", "MONGODB_URI": "mongodb://u:hunter2@h"}, None)
    assert "hunter2" not in repr(settings) + settings.model_dump_json()


def test_a_wrong_secret_is_not_repeated() -> None:
    with pytest.raises(SettingsError) as raised:
        load_settings({"MAX_RETRIES": "hunter2"}, None)
    assert "hunter2" not in raised.value.message


def test_env_example_is_written_from_the_settings() -> None:
    assert (ROOT / ".env.example").read_text() == env_example(), "run `make env-example`"
    assert all(f"# {name}=" in env_example() for name in variables())
