"""Files of evidence: taking them in, in one go or in pieces, reading them, and throwing away what nobody needs.

What is reported and closed is ``services.quarantine``'s; what kinds of file are taken ``interop.file_kind``'s.
"""

from .adding import Added, add_files, remove_file
from .keeping import PIECE, release, remove_pieces
from .reading import File, OpenFile, Rules, list_files, open_file, open_shared, rules
from .receiving import STEP, ScanFailure
from .sweeping import finish_destroying, forget_uploads, remove_orphans
from .uploads import Upload, begin_upload, cancel_upload, complete_upload, get_upload, take_piece

__all__ = [
    "PIECE",
    "STEP",
    "Added",
    "File",
    "OpenFile",
    "Rules",
    "ScanFailure",
    "Upload",
    "add_files",
    "begin_upload",
    "cancel_upload",
    "complete_upload",
    "finish_destroying",
    "forget_uploads",
    "get_upload",
    "list_files",
    "open_file",
    "open_shared",
    "release",
    "remove_file",
    "remove_orphans",
    "remove_pieces",
    "rules",
    "take_piece",
]
