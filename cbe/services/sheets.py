"""Papers to hand over as PDF: transcripts and certificates, out of words that a door made for their reader.

What stands on them is asked for where it is known (``learner_record``, ``issuing.credentials``); how they are set is ``sheet_pdf``'s.
"""

from cbe.interop.sheet_pdf import Certificate, Sheet, Table, can_set, certificate_pdf, sheet_pdf

__all__ = ["Certificate", "Sheet", "Table", "can_set", "certificate_pdf", "sheet_pdf"]
