"""Private Ed25519 keys of this installation in files: made whole or not at all, their owner's alone, and read back.

Which key signs what is said by those who sign: ``checkpoints``, ``issuing.keys``.
"""

from __future__ import annotations

import os
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING

from .on_disk import created, made_private, settle

if TYPE_CHECKING:  # OpenSSL takes some megabytes, and of all commands only a few sign or check
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

__all__ = ["WrongKey", "make_key", "read_key"]


class WrongKey(ValueError):
    """A file that holds a key, but not one of Ed25519."""


def make_key(path: Path) -> None:
    """Write a new key; when two processes begin together, the first one's stays."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    draft = made_private(path.parent).with_name(f".{path.name}-{token_hex(8)}")
    key = Ed25519PrivateKey.generate()
    with created(draft) as file:
        file.write(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    settle(path.parent)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Return the key in a file; raises ``OSError``, ``ValueError`` for what is no key, ``WrongKey`` for another kind."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except TypeError as error:  # it is encrypted
        raise ValueError(str(error)) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise WrongKey("it is not one of Ed25519")
    return key
