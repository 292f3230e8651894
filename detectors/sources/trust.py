"""Whom a camera's certificate is believed by."""

import ssl
from pathlib import Path

from detectors.sources.frame import SourceError


def check_certificate(path: str | None) -> None:
    """Look whether the file is there, before a decoder fails without a word.

    Raises:
        SourceError: it is not, or holds no certificate.
    """
    if path is None:
        return
    try:
        trust(path)
    except (OSError, ssl.SSLError) as error:
        what = "there is no such file" if not Path(path).is_file() else "the file holds no certificate in PEM"
        msg = f"options.certificate {path}: {what}"
        raise SourceError(msg) from error


def trust(certificate: str | None) -> ssl.SSLContext:
    """How a TLS connection is made: checked by a camera's own certificate or its authority's, or with whoever answers.

    Most cameras have a certificate that they made themselves, so that without one to compare with there is nothing to check.

    Raises:
        OSError: the file cannot be read, or is no certificate.
    """
    context = ssl.create_default_context(cafile=certificate)
    if certificate is None:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
