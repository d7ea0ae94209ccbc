"""Secrets at rest: what is kept in the database can be read only with a key that is not in it."""

import base64
import contextlib
import hashlib
import os
from pathlib import Path
from typing import Final

from cryptography.fernet import Fernet, InvalidToken

from weft.errors import DatabaseFolderError, InputError

_FILE: Final = "secret.key"


class Seal:
    """Encrypts with Fernet (AES-128-CBC and HMAC-SHA256), under a key from WEFT_SECRET or from a file in Weft's folder.

    Several machines that share a database share WEFT_SECRET. The file is made at first use, for its owner alone.
    """

    def __init__(self, home: Path, secret: str | None = None) -> None:
        self._home = home
        self._secret = secret
        self._fernet: Fernet | None = None

    def sealed(self, text: str) -> bytes:
        """The text, unreadable without the key."""
        return self._cipher().encrypt(text.encode())

    def opened(self, sealed: bytes) -> str:
        """The text again; raises InputError where it was sealed under another key."""
        try:
            return self._cipher().decrypt(sealed).decode()
        except InvalidToken:
            raise InputError(
                "A provider's key was sealed under another secret. Set WEFT_SECRET as it was, bring back "
                f"{self._home / _FILE}, or enter the provider's key anew."
            ) from None

    def _cipher(self) -> Fernet:
        if self._fernet is None:
            given = self._secret.encode() if self._secret else self._kept()
            self._fernet = Fernet(base64.urlsafe_b64encode(hashlib.sha256(b"weft seal" + given).digest()))
        return self._fernet

    def _kept(self) -> bytes:
        path = self._home / _FILE
        try:
            with contextlib.suppress(FileExistsError):
                fresh = path.with_name(f"{_FILE}.{os.getpid()}")
                with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                    file.write(os.urandom(32))
                try:
                    # Whole or not at all, also where two make it at once.
                    os.link(fresh, path)
                finally:
                    fresh.unlink()
            return path.read_bytes()
        except OSError as problem:
            raise DatabaseFolderError(
                f"{path}, the key to what is sealed, cannot be made or read: {problem}"
            ) from problem
