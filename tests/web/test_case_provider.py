"""CASE for other systems: public programs only, both versions, valid by the schemas, and every object by its address."""

import json
from urllib.parse import urlsplit

import jsonschema
import pytest

from cbe.domain.policy import SYSTEM
from cbe.services.case_provider import set_public
from tests.needs import case_file

SCHEMAS = {"v1p0": "case-v1p0-cfpackage.opensalt.schema.json", "v1p1": "case-v1p1-cfpackage.official.schema.json"}


@pytest.fixture
def public(app, cast, now):
    with app.app_context():
        set_public(SYSTEM, "web", True, now=now)


def read(client, path, version="v1p1"):
    return client.get(f"/ims/case/{version}/{path}")


def document(client, version="v1p1"):
    return read(client, "CFDocuments", version).get_json()["CFDocuments"][0]


@pytest.mark.usefixtures("cast")
def test_what_does_not_say_that_it_is_public_is_not_there(client, app, now):
    assert read(client, "CFDocuments").get_json() == {"CFDocuments": []}
    with app.app_context():
        set_public(SYSTEM, "web", True, now=now)
        key = document(client)["identifier"]
        set_public(SYSTEM, "web", False, now=now)
    for path in (f"CFDocuments/{key}", f"CFPackages/{key}", "CFItems/x", "CFItemAssociations/x", "CFAssociations/x"):
        answer = read(client, path)
        assert (answer.status_code, answer.get_json()["imsx_codeMajor"]) == (404, "failure")


@pytest.mark.usefixtures("public")
@pytest.mark.parametrize("version", ["v1p0", "v1p1"])
def test_packages_are_valid_by_the_schema_of_their_version(client, version):
    schema = json.loads(case_file(SCHEMAS[version]).read_text())
    found = read(client, f"CFPackages/{document(client, version)['identifier']}", version).get_json()
    jsonschema.validate(found, schema)
    assert len(found["CFItems"]) > 7


@pytest.mark.usefixtures("public")
def test_every_object_is_found_at_the_address_that_the_package_gives_it(client):
    package = client.get(urlsplit(document(client)["CFPackageURI"]["uri"]).path).get_json()
    for kind, extra in (("CFItems", {"CFDocumentURI"}), ("CFAssociations", {"CFDocumentURI"})):
        for one in package[kind]:
            found = client.get(urlsplit(one["uri"]).path).get_json()
            assert found.keys() - one.keys() <= extra
            assert found["identifier"] == one["identifier"]


@pytest.mark.usefixtures("public")
def test_an_item_comes_with_what_begins_or_ends_at_it(client):
    package = read(client, f"CFPackages/{document(client)['identifier']}").get_json()
    wanted = next(one for one in package["CFAssociations"] if one["associationType"] == "precedes")
    found = read(client, f"CFItemAssociations/{wanted['originNodeURI']['identifier']}").get_json()
    assert wanted["identifier"] in {one["identifier"] for one in found["CFAssociations"]}


@pytest.mark.usefixtures("public")
def test_scripts_of_other_sites_may_read_and_keep_it_and_pages_are_counted(client):
    answer = read(client, "CFDocuments?limit=1&offset=1")
    assert (answer.get_json(), answer.headers["X-Total-Count"]) == ({"CFDocuments": []}, "1")
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"
    assert "Set-Cookie" not in answer.headers


@pytest.mark.usefixtures("public")
def test_a_designer_says_whether_it_is_public(sign_in, cast, client):
    desk = sign_in(cast.people["designer"])
    assert "/ims/case/v1p1/CFDocuments" in desk.get("/programs/web/settings").text
    assert desk.post("/programs/web/settings/public", data={"public": "no"}).status_code == 303
    assert read(client, "CFDocuments").get_json() == {"CFDocuments": []}
