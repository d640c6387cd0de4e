"""Settings come from arguments and the environment, and unsafe ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from pricing_service.config import Settings, UnsafeSettings


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    for name in list(os.environ):
        if name.startswith("PRICING_SERVICE_"):
            monkeypatch.delenv(name)


def test_outside_dev_a_missing_secret_is_refused_with_the_way_out() -> None:
    with pytest.raises(UnsafeSettings, match="PRICING_SERVICE_SECRET"):
        Settings().secret_bytes()


@pytest.mark.parametrize("dev", [True, False])
def test_a_short_secret_is_refused_also_in_dev(dev: bool) -> None:
    with pytest.raises(UnsafeSettings, match="16"):
        Settings(secret="short", dev=dev).secret_bytes()


def test_dev_has_a_secret_of_its_own() -> None:
    assert Settings(dev=True).secret_bytes() == b"pricing-service-dev"


def test_the_environment_is_read_and_arguments_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRICING_SERVICE_DATA_FOLDER", "/from/environment")
    monkeypatch.setenv("PRICING_SERVICE_WORKER_JOBS", "3")
    monkeypatch.setenv("PRICING_SERVICE_CONNECTIONS", '{"warehouse": "postgresql://h/db"}')

    settings = Settings(data_folder=Path("/argument"))

    assert (settings.data_folder, settings.worker_jobs) == (Path("/argument"), 3)
    assert settings.connections == {"warehouse": "postgresql://h/db"}


def test_a_secret_does_not_show_in_print() -> None:
    assert "0123456789abcdef" not in repr(Settings(secret="0123456789abcdef"))


def test_an_unknown_setting_is_refused() -> None:
    with pytest.raises(ValidationError, match="worker_job"):
        Settings(**{"worker_job": 2})


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_on_postgresql_the_jobs_share_the_database_through_one_driver(scheme: str) -> None:
    settings = Settings(database_url=f"{scheme}://u:p@h/db")

    assert settings.service_url == settings.jobs_url == "postgresql+psycopg://u:p@h/db"


def test_by_default_there_are_two_files_in_the_data_folder(tmp_path: Path) -> None:
    settings = Settings(data_folder=tmp_path)

    assert settings.service_url == f"sqlite:///{tmp_path}/service.sqlite"
    assert settings.jobs_url == f"sqlite:///{tmp_path}/jobs.sqlite"


def test_hubspots_accounts_are_read_from_the_environment_and_their_secrets_not_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    account = '{"workspace": "Acme", "secret": "0123456789abcdef", "origin": "https://pricing.example.com"}'
    monkeypatch.setenv("PRICING_SERVICE_HUBSPOT_PORTALS", f'{{"4711": {account}}}')

    settings = Settings(dev=True)

    assert settings.hubspot_portals["4711"].secret.get_secret_value() == "0123456789abcdef"
    assert "0123456789abcdef" not in repr(settings)
    monkeypatch.setenv("PRICING_SERVICE_HUBSPOT_PORTALS", f'{{"acme": {account}}}')
    with pytest.raises(ValidationError):
        Settings(dev=True)
