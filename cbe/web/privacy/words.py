"""The words of data protection: grounds, classes of record, what a correction is about, the tables of an archive."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

__all__ = [
    "ABOUT",
    "CLASSES",
    "DISCLOSURE_GROUNDS",
    "ERASURE_GROUNDS",
    "FIXED_CLASSES",
    "OUTCOMES",
    "TABLES",
]

ERASURE_GROUNDS = {
    "consent": _l("They took their consent back"),
    "no_need": _l("The data are not needed any more"),
    "unlawful": _l("The data were kept without a right"),
    "law": _l("A law says that they go"),
}
DISCLOSURE_GROUNDS = {
    "consent": _l("with the learner's consent"),
    "contract": _l("for a contract with the learner"),
    "law": _l("because a law asks for it"),
    "vital": _l("to protect somebody's life"),
    "interest": _l("for a legitimate interest"),
}
ABOUT = {
    "decision": _l("A decision"),
    "award": _l("An award"),
    "enrolment": _l("The enrolment: program, status or dates"),
    "name": _l("My name or address"),
    "other": _l("Something else"),
}
OUTCOMES = {"corrected": (_l("corrected"), "mastered"), "refused": (_l("refused"), "warning")}
CLASSES = {
    "evidence": _l("Texts, links and files of evidence, after the enrolment ended"),
    "conversation": _l("Messages about evidence, after the enrolment ended"),
    "draft": _l("Drafts of evidence that nobody went on with"),
    "mail": _l("Mails that were sent"),
}
FIXED_CLASSES = {
    "notice": _l("Notices, after they were read"),
    "session": _l("Sign-ins, from when they began"),
    "link": _l("Links in mails, after they ran out"),
}
TABLES = {
    "account": _l("Your account"),
    "person": _l("Your name and address"),
    "sign_in_session": _l("Where you are signed in"),
    "single_use_link": _l("Links that were sent to you"),
    "role": _l("Your roles"),
    "group_staff": _l("Groups you work with"),
    "away": _l("Days you are away"),
    "phrase": _l("Phrases you keep"),
    "observation": _l("Sessions you observed"),
    "notice": _l("What you were told"),
    "mail": _l("Mails to you"),
    "job_profile": _l("Job profiles you keep"),
    "program_import": _l("Programs you sent in"),
    "named_account": _l("Whether your name stands in credentials"),
    "erasure": _l("Whether you asked to be erased"),
    "legal_hold": _l("Legal holds"),
    "disclosure": _l("What others were told about you: when and why"),
    "disclosure_text": _l("What others were told about you: who and what"),
    "enrolment": _l("Programs you learn or learned in"),
    "enrolment_status": _l("Your status over time"),
    "goal": _l("Your goals"),
    "group_member": _l("Groups you are in"),
    "verifier_sample": _l("Verifiers who may read your record"),
    "move_member": _l("Moves between versions of a program"),
    "plans": _l("Shortest plans that were worked out for you"),
    "standing": _l("What you have mastered"),
    "correction": _l("Corrections you asked for"),
    "correction_text": _l("Your statements"),
    "correction_answer": _l("Answers to your requests"),
    "correction_answer_text": _l("The words of these answers"),
    "decision": _l("Decisions on your competencies"),
    "decision_text": _l("Feedback and reasons of decisions"),
    "decision_evidence": _l("Evidence that decisions rest on"),
    "decision_taken_back": _l("Decisions that were taken back"),
    "decision_taken_back_text": _l("Why decisions were taken back"),
    "settlement": _l("Decisions that can still be undone"),
    "award": _l("Credentials awarded to you"),
    "award_event": _l("What befell your awards"),
    "award_event_text": _l("Why it befell them"),
    "award_flag": _l("Awards somebody had to look at"),
    "issued_credential": _l("Signed credentials"),
    "evidence": _l("Evidence"),
    "evidence_version": _l("Versions of evidence"),
    "evidence_competency": _l("Competencies that evidence is for"),
    "evidence_file": _l("Files"),
    "upload": _l("Files on their way"),
    "shown_assessor": _l("Whether your name stands on records of those you assess"),
    "signed_record": _l("Signed records that you asked for"),
    "outside_credential": _l("Credentials from elsewhere"),
    "outside_evidence": _l("Evidence made of credentials from elsewhere"),
    "outside_recognition": _l("What was recognized of credentials from elsewhere"),
    "app_consent": _l("Applications that may read for you"),
    "app_token": _l("Access that these applications have"),
    "hand_over": _l("Links that hand a credential to a wallet"),
    "share": _l("What you share, with whom and until when"),
    "share_item": _l("What these shares show"),
    "shown_evidence": _l("Evidence that credentials may name"),
    "evidence_message": _l("Messages about evidence"),
    "taking": _l("Who is looking at your evidence"),
    "quarantine": _l("Evidence that was reported"),
}
"""Every table of an archive, in words."""
