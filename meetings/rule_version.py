"""規則の版: which text of the rule decided. A digest of the gate's own source, so that nobody has to count it up."""

import hashlib

from django.conf import settings


def _of_source() -> str:
    files = [*sorted((settings.BASE_DIR / "cases" / "visibility").glob("*.py"))]
    files.append(settings.BASE_DIR / "cases" / "second_wall.sql")
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()


RULE_VERSION = _of_source()
