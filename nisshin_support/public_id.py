"""Random public ids: what stands in an address instead of a number that could be counted or guessed."""

import secrets

from django.db import models


def new_public_id():
    """22 url-safe characters, 128 random bits."""
    return secrets.token_urlsafe(16)


class PublicIdField(models.CharField):
    """The id of a thing in addresses (contract §1: public ids are random)."""

    def __init__(self, **options):
        options.update(max_length=22, unique=True, editable=False, default=new_public_id)
        options.setdefault("verbose_name", "公開ID")
        super().__init__(**options)

    def deconstruct(self):
        name, path, args, options = super().deconstruct()
        for fixed in ("max_length", "unique", "editable", "default"):
            options.pop(fixed, None)
        return name, path, args, options
