"""Every route × method × person: who gets in is worked out here by hand, from who was put on stage as what.

The rows of cbe/web/access.py say which rule a route asks about what, cbe/domain/policy.py which relations the rule
takes; who stands in which relation is written down below and never asked of the application.
"""

from collections.abc import Iterator

import pytest
from flask import url_for

from cbe.domain.policy import RULES
from cbe.web.access import ACCESS
from tests.outside_credentials import open_badge_2
from tests.web.access_stage import ACCOUNTS, LEARNERS, NOBODY, Stage, set_stage

WRITING = ("PUT", "PATCH", "DELETE")
IN_PROGRAM = {
    "learner": LEARNERS,
    "instructor": {"instructor", "other_instructor"},
    "designer": {"designer"},
    "adviser": {"adviser"},
    "registrar": {"registrar"},
    "coordinator": {"coordinator"},
    "data_protection": {"protector"},
    "verifier": {"verifier"},
}
INSTALLATION = {"signed_in": ACCOUNTS, "admin": {"administrator"}}
# What a route is asked about → the relations in which people stand to it.
RELATIONS: dict[str, dict[str, set[str]]] = {
    "none": INSTALLATION,
    "self": {**INSTALLATION, "self": ACCOUNTS},
    "program": {**INSTALLATION, **IN_PROGRAM},
    "open_program": {**INSTALLATION, **IN_PROGRAM},
    "own_enrolment": {"self": {*LEARNERS, "applicant"}},
    "own_notice": {"self": {"learner"}},
    "own_phrase": {"self": {"instructor"}},
    "own_credential": {"self": {"learner"}},
    "own_app": {"self": {"learner"}},
    "roster_record": {
        "group_instructor": {"instructor"},
        "coordinator": {"coordinator"},
        "group_adviser": {"adviser"},
        "registrar": {"registrar"},
    },
    "learner": {
        "data_protection": {"protector"},
        "registrar": {"registrar"},
        "coordinator": {"coordinator"},
    },
    "own_observation": {"instructor": {"instructor"}, "coordinator": {"coordinator"}},
    "own_outside": {"self": {"learner"}},
    "own_profile": {"self": {"designer"}, "designer": {"designer"}},
    "own_share": {"self": {"learner"}},
    "own_import": {"designer": {"designer"}},
    "own_item": {"self": {"learner"}, "learner_self": {"learner"}},
    "evidence": {
        "self": {"learner"},
        "group_instructor": {"instructor"},
        "coordinator": {"coordinator"},
        "data_protection": {"protector"},
    },
    "own_record": {"self": {*LEARNERS, "applicant"}, "learner_self": LEARNERS},
    "group": {"group_instructor": {"instructor"}, "group_adviser": {"adviser"}, "registrar": {"registrar"}},
    "record": {
        "self": {"learner"},
        "group_instructor": {"instructor"},
        "coordinator": {"coordinator"},
        "group_adviser": {"adviser"},
        "sample_verifier": {"verifier"},
        "registrar": {"registrar"},
    },
}
SEEN = {"seen": "00000000-0000-0000-0000-000000000000:0"}
# What makes a request one that can be carried out, where an empty one finds nothing.
FORMS = {
    **{name: SEEN for name, row in ACCESS.items() if name.startswith("designer.") and row.action == "program:edit"},
    "privacy.set_hold": {"reason": "A lawsuit"},
    "account.set_rhythm": {"rhythm": "weekly"},
    "files.begin": {"name": "b.txt", "size": "3"},
    "learner.say_about_evidence": {"message": "Is it enough?"},
    "instructor.say": {"message": "Which part is yours?"},
    "designer.publish": {"seen": "00000000-0000-0000-0000-000000000000:0"},
    "designer.ask_approval": {"seen": "00000000-0000-0000-0000-000000000000:0"},
    "instructor.undo": {"decision": "00000000-0000-0000-0000-000000000000"},
    "instructor.take_back": {"how": "void", "reason": "A mistake."},
    "registrar.accept_equal": {"competency": "html", "program": "sites", "other": "markup"},
    "outside.bring_in": {"credential": open_badge_2().decode(), "mine": "yes"},
    "outside.hand_over": {"program": "web", "competency": "html"},
    "outside.take_over": {"program": "web", "competency": "html"},
    "registrar.trust_issuer": {"issuer": "did:web:a.example", "name": "A", "competency": "html"},
    "registrar.end_role": {"role": "instructor"},
    "registrar.remove_staff": {"role": "instructor"},
    "people.end_role": {"program": "web", "role": "instructor"},
    "registrar.add_staff": {"staff": "instructor:00000000-0000-0000-0000-000000000000"},
    **{
        f"designer.{name}": {"seen": "00000000-0000-0000-0000-000000000000:0"}
        for name in (
            "move_credential",
            "duplicate_credential",
            "remove_credential",
            "save_quality",
            "save_table",
            "mend",
            "mend_all",
        )
    },
}


@pytest.fixture
def stage(app, cast, now, sign_in, tmp_path) -> Stage:
    return set_stage(app, cast, now, sign_in, tmp_path)


def is_allowed(name: str, endpoint: str) -> bool:
    """Tell by hand whether somebody may: the rule's relations against who was put on stage as what."""
    row = ACCESS[endpoint]
    if row.audience == "anyone":
        return True
    return any(name in RELATIONS[row.subject].get(relation, ()) for relation in RULES[row.action])


def cells(stage: Stage, half: int) -> Iterator[tuple[str, str, str, str, set[str]]]:
    """Yield name, endpoint, method, address and the methods that the address knows, for every second person.

    What an address has no method for, routing refuses before anything asks who it is: there people take turns.
    """
    rules = list(stage.app.url_map.iter_rules())
    known: dict[str, set[str]] = {}
    for rule in rules:
        known.setdefault(rule.rule, set()).update(rule.methods - {"HEAD", "OPTIONS"})
    with stage.app.test_request_context():
        urls = {
            rule.endpoint: url_for(rule.endpoint, **{key: stage.values[rule.endpoint][key] for key in rule.arguments})
            for rule in rules
        }
    everybody = sorted(ACCOUNTS | NOBODY)[half::2]
    for number, rule in enumerate(rules):
        for method in sorted(rule.methods - {"HEAD", "OPTIONS"}):
            for name in everybody:
                yield name, rule.endpoint, method, urls[rule.endpoint], known[rule.rule]
        for turn, method in enumerate(WRITING, number):
            yield everybody[turn % len(everybody)], rule.endpoint, method, urls[rule.endpoint], known[rule.rule]


def problem(name: str, endpoint: str, method: str, status: int, known: set[str]) -> str | None:
    """Say what is wrong with an answer, or None."""
    if status >= 500:
        return "broke"
    if method not in known:
        return None if status in (401, 404, 405) else "took a method that it has not"
    if endpoint == "public.sign_in_to_demo":
        return None if status == 404 else "let somebody into a demo that is not there"
    if endpoint == "issuing.did":
        return None if status == 404 else "gave a document of a did:web where there is no https"
    if is_allowed(name, endpoint):
        closed = (403, 404) if ACCESS[endpoint].audience == "anyone" else (401, 403, 404)
        return "kept out who may" if status in closed else None
    if name in NOBODY:
        return None if status == 401 else "did not ask to sign in"
    return None if status in (403, 404) else "let in who may not"


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])  # so that two cores share them
def test_everybody_gets_where_they_may_and_nowhere_else(stage, half, record_property, capsys):
    count, wrong = 0, []
    for name, endpoint, method, url, known in cells(stage, half):
        count += 1
        status = stage.ask(name, method, url, FORMS.get(endpoint, {}))
        found = problem(name, endpoint, method, status, known)
        if found:
            wrong.append(f"{method} {url} ({endpoint}) {found}: {name}, {status}")
    record_property("cells", count)
    with capsys.disabled():
        print(f"\naccess matrix: {count} cells, {len(wrong)} wrong")
    assert count > 2_000
    assert not wrong, "\n".join(wrong)
