"""Addresses of this installation that outlive a page: those that stand in what was signed. Pages are found at the same."""

from __future__ import annotations

from urllib.parse import quote
from uuid import UUID

from cbe.store.database import installation

__all__ = ["achievement_url", "as_segment", "competency_url", "credential_url", "picture_url", "status_url"]


def as_segment(key: str) -> str:
    """Write an id that is any string as one segment of a path.

    >>> as_segment("a/b ~"), as_segment("..")
    ('a~2Fb~20~7E', '~2E~2E')
    """
    text = quote(key, safe="").replace("~", "%7E").replace("%", "~")
    return text.replace(".", "~2E") if set(key) == {"."} else text


def achievement_url(version_id: UUID, credential: str) -> str:
    """Return where a credential of one version of a program is described; also its id."""
    return f"{installation().base_url}/achievements/{version_id}/{as_segment(credential)}"


def picture_url(version_id: UUID, credential: str) -> str:
    """Return where the picture of a credential of one version of a program is found."""
    return f"{achievement_url(version_id, credential)}/image.svg"


def competency_url(version_id: UUID, competency: str) -> str:
    """Return where a competency of one version of a program is described; also its id."""
    return f"{installation().base_url}/competencies/{version_id}/{as_segment(competency)}"


def credential_url(credential_id: UUID) -> str:
    """Return the id of a signed credential, where it is found while its learner lets it be."""
    return f"{installation().base_url}/credentials/{credential_id}"


def status_url(list_id: UUID, purpose: str) -> str:
    """Return where a status list is found; also its id."""
    return f"{installation().base_url}/status/{list_id}/{purpose}"
