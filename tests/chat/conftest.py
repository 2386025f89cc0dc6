"""The databases that records are kept in: SQLite, and with REPORTQA_TEST_POSTGRESQL, the URL of an empty one, PostgreSQL."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from chat.records.database import Records, records_of

POSTGRESQL = "REPORTQA_TEST_POSTGRESQL"


@pytest.fixture(params=["sqlite", "postgresql"])
def records(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Records]:
    if request.param == "sqlite":
        yield records_of(tmp_path)
        return
    if not (url := os.environ.get(POSTGRESQL)):
        pytest.skip(f"{POSTGRESQL} is not set")
    yield Records(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        for table in ("feedback", "usage", "reportqa_schema"):
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))
    engine.dispose()
