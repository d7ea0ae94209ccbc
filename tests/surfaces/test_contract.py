"""The API against its own description: whatever schemathesis sends, answers are as described and nothing fails inside."""

from collections.abc import Iterator

import pytest
import schemathesis
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import serving

from weft.access import businesses, keys
from weft.business import Business
from weft.index import building
from weft.postgres.database import Database
from weft.settings import Settings


@pytest.fixture(scope="module")
def served(database: Database, settings: Settings) -> Iterator[tuple[str, str]]:
    business = Business(database, businesses.ensured(database, "contract"))
    with business.transaction() as connection:
        business.catalog.put(
            connection, [{"id": "mug", "title": "Mug", "variants": [{"sku": "M", "price": 900}]}], "test"
        )
    # What finds products says 503 until their index is there, which is an answer but none of a test of answers.
    building.build(settings.home, business.uid, business.catalog, lambda: None)
    _, secret = keys.created(database, business.uid, "admin")
    with serving(database, settings, max_upload_mb=1) as url:
        yield url, secret


@pytest.fixture
def described(served: tuple[str, str]) -> schemathesis.schemas.BaseSchema:
    schema = schemathesis.openapi.from_url(f"{served[0]}/api/openapi.json")
    # The key that the test itself uses must live, and an import's events go on as long as the import does.
    return schema.exclude(path_regex=r"/keys/|/events$")


def test_every_operation_keeps_its_word(described: schemathesis.schemas.BaseSchema, served: tuple[str, str]) -> None:
    checks = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
    headers = {"Authorization": f"Bearer {served[1]}"}
    tried = 0
    for result in described.get_all_operations():
        operation = result.ok()

        @given(case=operation.as_strategy())
        @hypothesis_settings(max_examples=15, suppress_health_check=list(HealthCheck))
        def keeps_its_word(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers, checks=checks, timeout=60)

        keeps_its_word()
        tried += 1
    assert tried >= 20
