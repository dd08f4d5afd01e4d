"""Which page is for whom: one row per endpoint; the application refuses to start when a route has none.

``audience`` is the outer fence (``anyone`` or ``signed_in``), ``action`` the rule of ``domain.policy`` that the route's
service asks for, ``subject`` what that rule is asked about: ``none``, ``self``, a ``program``, a ``group``, an
``account``, one's ``own_record`` in a program, one's ``own_notice``, ``own_phrase``, ``own_profile``, ``own_outside`` credential, ``own_share`` or ``own_item`` of evidence, a learner's
``record``, a ``learner`` as data protection sees them, an item of their ``evidence``, or one's ``own_import`` of a program. The test of the access matrix is made from these rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from cbe.domain.policy import RULES

__all__ = ["ACCESS", "Access", "missing_rows"]


@dataclass(frozen=True, slots=True)
class Access:
    """Who gets past the outer fence of a route, and which rule is asked inside about what."""

    audience: str
    action: str
    subject: str = "none"


PUBLIC = Access("anyone", "public:read")
OWN = Access("signed_in", "account:edit", "self")
OWN_RECORD = Access("signed_in", "record:read", "own_record")
RECORD = Access("signed_in", "record:read", "record")
OWN_EVIDENCE = Access("signed_in", "evidence:read", "own_record")
OWN_ITEM = Access("signed_in", "evidence:read", "own_item")
HAND_IN = Access("signed_in", "evidence:hand-in", "own_item")
PEOPLE = Access("signed_in", "people:manage")
ENROLMENTS = Access("signed_in", "enrolment:manage", "program")
GRANTING = Access("signed_in", "role:grant", "program")
EQUATING = Access("signed_in", "program:equate", "program")
CONFERRING = Access("signed_in", "award:give", "program")
GROUPS = Access("signed_in", "group:manage", "program")
QUEUE = Access("signed_in", "queue:read", "program")
ASSESS = Access("signed_in", "evidence:assess", "evidence")
ROSTER = Access("signed_in", "roster:read", "program")
OBSERVATION = Access("signed_in", "queue:read", "own_observation")
OWN_DECISIONS = Access("signed_in", "decision:list-own", "self")
TAKE_BACK = Access("signed_in", "decision:take-back", "record")
PHRASES = Access("signed_in", "phrase:keep", "self")
PHRASE = Access("signed_in", "phrase:keep", "own_phrase")
DRAFT = Access("signed_in", "program:edit", "program")
REHEARSE = Access("signed_in", "program:rehearse", "program")
PUBLISH = Access("signed_in", "program:publish", "program")
MOVE = Access("signed_in", "program:move", "program")
OWN_CREDENTIAL = Access("signed_in", "credential:keep", "own_credential")
ISSUER = Access("signed_in", "issuer:edit")
AWAY = Access("signed_in", "away:set", "self")
OUTSIDE = Access("signed_in", "outside:keep", "self")
OWN_OUTSIDE = Access("signed_in", "outside:keep", "own_outside")
TRUSTING = Access("signed_in", "issuer:trust", "program")
PROFILES = Access("signed_in", "profile:read", "self")
PROFILE = Access("signed_in", "profile:keep", "own_profile")
MY_RECORD = Access("signed_in", "record:export", "self")
SHARE = Access("signed_in", "share:make", "own_share")

ACCESS: dict[str, Access] = {
    "static": PUBLIC,
    "public.start": PUBLIC,
    "public.sign_in": PUBLIC,
    "public.sign_in_to_demo": PUBLIC,
    "public.forgotten": PUBLIC,
    "public.link": PUBLIC,
    "public.unsubscribe": PUBLIC,
    "public.end_mails": PUBLIC,
    "public.help_page": PUBLIC,
    "public.health": PUBLIC,
    "verify.form": PUBLIC,
    "verify.check": PUBLIC,
    "case.documents": PUBLIC,
    "case.document": PUBLIC,
    "case.package": PUBLIC,
    "case.item": PUBLIC,
    "case.item_associations": PUBLIC,
    "case.association": PUBLIC,
    "issuing.issuer": PUBLIC,
    "issuing.did": PUBLIC,
    "issuing.picture": PUBLIC,
    "issuing.achievement": PUBLIC,
    "issuing.competency": PUBLIC,
    "issuing.status_list": PUBLIC,
    "issuing.credential": PUBLIC,
    "issuing.credential_file": PUBLIC,
    "issuing.record": Access("signed_in", "credential:keep", "self"),
    "issuing.ask_record": Access("signed_in", "credential:keep", "self"),
    "issuing.record_file": Access("signed_in", "credential:keep", "own_credential"),
    "issuing.own": OWN_CREDENTIAL,
    "issuing.own_file": OWN_CREDENTIAL,
    "issuing.certificate": OWN_CREDENTIAL,
    "issuing.certificate_file": OWN_CREDENTIAL,
    "issuing.set_public": OWN_CREDENTIAL,
    "issuing.set_named": OWN_CREDENTIAL,
    "issuing.admin": ISSUER,
    "issuing.save_issuer": ISSUER,
    "issuing.rotate_key": ISSUER,
    "account.preferences": PUBLIC,
    "account.sign_out": OWN,
    "account.settings": OWN,
    "account.change_password": OWN,
    "account.change_email": OWN,
    "account.set_rhythm": OWN,
    "account.sign_out_everywhere": OWN,
    "account.close": OWN,
    "privacy.page": Access("signed_in", "archive:take", "self"),
    "privacy.archive": Access("signed_in", "archive:take", "self"),
    "privacy.ask_correction": Access("signed_in", "correction:ask", "self"),
    "privacy.ask_erasure": Access("signed_in", "erasure:ask", "self"),
    "privacy.take_back": Access("signed_in", "erasure:ask", "self"),
    "privacy.desk": Access("signed_in", "privacy:read", "program"),
    "privacy.person": Access("signed_in", "privacy:read", "learner"),
    "privacy.set_hold": Access("signed_in", "hold:set", "learner"),
    "privacy.end_hold": Access("signed_in", "hold:set", "learner"),
    "privacy.erase": Access("signed_in", "erasure:carry-out", "learner"),
    "privacy.disclose": Access("signed_in", "disclosure:log", "learner"),
    "privacy.answer": Access("signed_in", "correction:answer", "learner"),
    "privacy.schedule": Access("signed_in", "retention:set", "program"),
    "notices.listing": Access("signed_in", "notice:read", "self"),
    "notices.open_one": Access("signed_in", "notice:read", "own_notice"),
    "notices.mark_all_read": Access("signed_in", "notice:read", "self"),
    "home.start": Access("signed_in", "program:list"),
    "home.learn": Access("signed_in", "program:list"),
    "catalogue.listing": Access("signed_in", "program:list"),
    "catalogue.join": Access("signed_in", "program:join", "open_program"),
    "catalogue.leave": Access("signed_in", "enrolment:leave", "own_enrolment"),
    "people.everybody": PEOPLE,
    "people.invite": PEOPLE,
    "people.table": PEOPLE,
    "people.person": PEOPLE,
    "people.grant_role": PEOPLE,
    "people.end_role": PEOPLE,
    "people.deactivate": PEOPLE,
    "people.reactivate": PEOPLE,
    "people.invite_again": PEOPLE,
    "people.set_admin": PEOPLE,
    "registrar.equal": EQUATING,
    "registrar.accept_equal": EQUATING,
    "registrar.withdraw_equal": EQUATING,
    "registrar.everybody": ENROLMENTS,
    "registrar.invite": Access("signed_in", "account:create", "program"),
    "registrar.people_table": ENROLMENTS,
    "registrar.learners_csv": Access("signed_in", "enrolment:list", "program"),
    "registrar.end_role": GRANTING,
    "registrar.invite_again": Access("signed_in", "account:create", "program"),
    "registrar.enrolment": ENROLMENTS,
    "registrar.set_status": ENROLMENTS,
    "registrar.answer": ENROLMENTS,
    "registrar.all_groups": GROUPS,
    "registrar.add_group": GROUPS,
    "registrar.groups_table": GROUPS,
    "registrar.group": GROUPS,
    "registrar.rename_group": GROUPS,
    "registrar.remove_group": GROUPS,
    "registrar.add_members": GROUPS,
    "registrar.remove_member": GROUPS,
    "registrar.add_staff": GROUPS,
    "registrar.remove_staff": GROUPS,
    "registrar.sample": GRANTING,
    "registrar.add_to_sample": GRANTING,
    "registrar.remove_from_sample": GRANTING,
    "files.add": HAND_IN,
    "files.remove": HAND_IN,
    "files.begin": HAND_IN,
    "files.upload": HAND_IN,
    "files.take_piece": HAND_IN,
    "files.complete": HAND_IN,
    "files.cancel": HAND_IN,
    "files.download": Access("signed_in", "evidence:read", "evidence"),
    "quarantine.report": Access("signed_in", "evidence:report", "evidence"),
    "quarantine.listing": Access("signed_in", "evidence:quarantine", "program"),
    "quarantine.one": Access("signed_in", "evidence:quarantine", "evidence"),
    "quarantine.decide": Access("signed_in", "evidence:quarantine", "evidence"),
    "registrar.conferral": CONFERRING,
    "registrar.look_at_conferral": CONFERRING,
    "registrar.confer": CONFERRING,
    "registrar.flags": Access("signed_in", "award:change", "program"),
    "registrar.award": RECORD,
    "registrar.change_award": Access("signed_in", "award:change", "record"),
    "registrar.decide_flag": Access("signed_in", "award:change", "record"),
    "registrar.give_again": Access("signed_in", "award:give", "record"),
    "registrar.enter": Access("signed_in", "decision:enter", "record"),
    "instructor.group": Access("signed_in", "group:read", "group"),
    "instructor.queue": QUEUE,
    "instructor.next_item": QUEUE,
    "instructor.hand_over": QUEUE,
    "instructor.review": ASSESS,
    "instructor.take": ASSESS,
    "instructor.release": ASSESS,
    "instructor.decide": ASSESS,
    "instructor.say": Access("signed_in", "evidence:read", "evidence"),
    "instructor.undo": OWN_DECISIONS,
    "instructor.my_decisions": OWN_DECISIONS,
    "instructor.decision": TAKE_BACK,
    "instructor.take_back": TAKE_BACK,
    "instructor.observe": QUEUE,
    "instructor.observe_grid": QUEUE,
    "instructor.record_session": QUEUE,
    "instructor.sheet": QUEUE,
    "instructor.lines": QUEUE,
    "instructor.session": OBSERVATION,
    "instructor.undo_session": OBSERVATION,
    "instructor.roster": ROSTER,
    "instructor.roster_csv": ROSTER,
    "instructor.person": Access("signed_in", "record:read", "roster_record"),
    "instructor.phrases": PHRASES,
    "instructor.add_phrase": PHRASES,
    "instructor.change_phrase": PHRASE,
    "instructor.remove_phrase": PHRASE,
    "instructor.away": AWAY,
    "instructor.set_away": AWAY,
    "instructor.end_away": AWAY,
    "designer.settings": Access("signed_in", "program:set", "program"),
    "designer.set_open": Access("signed_in", "program:set", "program"),
    "designer.set_public": Access("signed_in", "program:set", "program"),
    "exchange.send": Access("signed_in", "program:import", "program"),
    "exchange.look": Access("signed_in", "program:import", "own_import"),
    "exchange.bring_in": Access("signed_in", "program:import", "own_import"),
    "exchange.take_away": Access("signed_in", "program:export", "program"),
    "designer.outline": DRAFT,
    "designer.change_outline": DRAFT,
    "designer.add_section": DRAFT,
    "designer.add_competency": DRAFT,
    "designer.competency": DRAFT,
    "designer.save_competency": DRAFT,
    "designer.section": DRAFT,
    "designer.save_section": DRAFT,
    "designer.head": DRAFT,
    "designer.save_head": DRAFT,
    "designer.history": DRAFT,
    "designer.changes": DRAFT,
    "designer.check": DRAFT,
    "designer.mend": DRAFT,
    "designer.mend_all": DRAFT,
    "designer.undo": DRAFT,
    "designer.redo": DRAFT,
    "designer.picture": DRAFT,
    "designer.draw_edge": DRAFT,
    "designer.remove_edge": DRAFT,
    "designer.draw_competency": DRAFT,
    "designer.erase_competency": DRAFT,
    "designer.offer_competency": DRAFT,
    "designer.circles": DRAFT,
    "designer.break_circles": DRAFT,
    "designer.rehearsal": DRAFT,
    "designer.rehearsal_people": REHEARSE,
    "designer.rehearsal_person": REHEARSE,
    "designer.credentials": DRAFT,
    "designer.credential": DRAFT,
    "designer.save_credential": DRAFT,
    "designer.new_credential": DRAFT,
    "designer.add_credential": DRAFT,
    "designer.move_credential": DRAFT,
    "designer.duplicate_credential": DRAFT,
    "designer.remove_credential": DRAFT,
    "designer.quality": DRAFT,
    "designer.save_quality": DRAFT,
    "designer.table": DRAFT,
    "designer.save_table": DRAFT,
    "designer.paste": DRAFT,
    "designer.paste_rows": DRAFT,
    "designer.publish_page": DRAFT,
    "designer.publish": PUBLISH,
    "designer.ask_approval": PUBLISH,
    "designer.decide_approval": PUBLISH,
    "designer.moves": MOVE,
    "designer.new_move": MOVE,
    "designer.begin_move": MOVE,
    "designer.take_back_move": MOVE,
    "designer.versions": DRAFT,
    "designer.difference": DRAFT,
    "designer.export": Access("signed_in", "program:export", "program"),
    "designer.set_teach_out": PUBLISH,
    "designer.set_approval": Access("signed_in", "program:set", "program"),
    "job_profiles.listing": PROFILES,
    "job_profiles.add": Access("signed_in", "profile:keep", "self"),
    "job_profiles.look": PROFILE,
    "job_profiles.edit": PROFILE,
    "job_profiles.remove": PROFILE,
    "job_profiles.share": Access("signed_in", "profile:share", "own_profile"),
    "transcript.look": OWN_RECORD,
    "transcript.pdf": OWN_RECORD,
    "transcript.add_code": OWN_RECORD,
    "my_record.look": MY_RECORD,
    "my_record.preview": Access("signed_in", "share:make", "self"),
    "my_record.record_json": MY_RECORD,
    "my_record.record_csv": MY_RECORD,
    "shares.listing": Access("signed_in", "share:make", "self"),
    "shares.add": Access("signed_in", "share:make", "self"),
    "shares.look": SHARE,
    "shares.revoke": SHARE,
    "shared.landing": PUBLIC,
    "shared.record": PUBLIC,
    "shared.file": PUBLIC,
    "shared.credential": PUBLIC,
    "shared.check": PUBLIC,
    "shared.match": PUBLIC,
    "account.set_named": Access("signed_in", "assessor:be-named", "self"),
    "outside.listing": OUTSIDE,
    "outside.bring_in": OUTSIDE,
    "outside.look": OWN_OUTSIDE,
    "outside.text": OWN_OUTSIDE,
    "outside.verify_again": OWN_OUTSIDE,
    "outside.remove": OWN_OUTSIDE,
    "outside.hand_over": OWN_OUTSIDE,
    "outside.take_over": OWN_OUTSIDE,
    "outside.attached_text": Access("signed_in", "evidence:read", "evidence"),
    "instructor.verify_attached": ASSESS,
    "registrar.trusted": TRUSTING,
    "registrar.trust_issuer": TRUSTING,
    "registrar.end_trust": TRUSTING,
    "learner.home": OWN_RECORD,
    "learner.map": OWN_RECORD,
    "learner.outline": OWN_RECORD,
    "learner.competency": OWN_RECORD,
    "learner.credential": OWN_RECORD,
    "learner.compare": OWN_RECORD,
    "learner.progress": OWN_RECORD,
    "learner.history": OWN_RECORD,
    "learner.print_view": OWN_RECORD,
    "learner.goals": OWN_RECORD,
    "learner.changes": OWN_RECORD,
    "learner.answer_move": Access("signed_in", "enrolment:edit", "own_record"),
    "learner.set_goals": Access("signed_in", "enrolment:edit", "own_record"),
    "learner.take_over_mastery": Access("signed_in", "enrolment:edit", "own_record"),
    "learner.my_data_json": OWN_RECORD,
    "learner.my_data_csv": OWN_RECORD,
    "learner.all_evidence": OWN_EVIDENCE,
    "learner.new_evidence": OWN_EVIDENCE,
    "learner.evidence_item": OWN_ITEM,
    "learner.save_evidence": HAND_IN,
    "learner.withdraw_evidence": HAND_IN,
    "learner.edit_evidence": HAND_IN,
    "learner.hand_in_again": HAND_IN,
    "learner.discard_evidence": HAND_IN,
    "learner.say_about_evidence": OWN_ITEM,
    "learner.show_evidence": Access("signed_in", "credential:keep", "own_item"),
    "record.home": RECORD,
    "record.map": RECORD,
    "record.outline": RECORD,
    "record.competency": RECORD,
    "record.credential": RECORD,
    "record.compare": RECORD,
    "record.progress": RECORD,
    "record.history": RECORD,
    "record.print_view": RECORD,
}


def missing_rows(endpoints: set[str]) -> list[str]:
    """Return what is wrong between the routes and the table: routes without a row, rows without a route or a rule."""
    problems = [f"route {name} has no row in cbe/web/access.py" for name in sorted(endpoints - ACCESS.keys())]
    problems += [f"row {name} in cbe/web/access.py has no route" for name in sorted(ACCESS.keys() - endpoints)]
    problems += [f"row {name} names no rule: {row.action}" for name, row in ACCESS.items() if row.action not in RULES]
    return problems
