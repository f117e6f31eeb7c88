"""Model fields for what must not lie in the database in plain: sealed text, and the blind index that finds it."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import FieldError
from django.db import models

from portal.kit import crypto


class EncryptedTextField(models.TextField):
    """Text that is sealed on the way in and opened on the way out.

    Blank stays blank and NULL stays NULL. It cannot be searched: every lookup but ``isnull`` is an error, because a
    comparison with a random ciphertext would quietly find nothing. Search through a ``BlindIndexField``.
    ``context`` is sealed in; give it by name when the model may be renamed one day.
    """

    def __init__(self, *args: Any, context: str = "", **kwargs: Any) -> None:
        self.context = context
        if kwargs.get("unique") or kwargs.get("db_index") or kwargs.get("primary_key"):
            raise FieldError("a sealed field cannot be unique or indexed: put that on its BlindIndexField")
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        if self.context:
            kwargs["context"] = self.context
        return name, path, args, kwargs

    @property
    def sealed_as(self) -> str:
        """The associated data: ``registry.member.id_number``."""
        return self.context or f"{self.model._meta.label_lower}.{self.name}"

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        """Open what was loaded; anything in plain in this column is an error, not a value."""
        return crypto.open_(value, self.sealed_as) if value else value

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Seal on insert and update, also in bulk."""
        if hasattr(value, "resolve_expression"):
            raise FieldError(f"{self.sealed_as}: a sealed field takes values, not expressions")
        plain = self.get_prep_value(value)
        return crypto.seal(plain, self.sealed_as) if plain else plain

    def sealer(self) -> Callable[[str], str]:
        """For thousands of values on their way into COPY: as ``get_db_prep_save``, with the keys looked up once."""
        ring, context = crypto.keyring(), self.sealed_as
        return lambda plain: crypto.seal(plain, context, ring) if plain else plain

    def opener(self) -> Callable[[str], str]:
        """For thousands of values out of the database: as ``from_db_value``, with the keys looked up once."""
        ring, context = crypto.keyring(), self.sealed_as
        return lambda sealed: crypto.open_(sealed, context, ring) if sealed else sealed

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name == "isnull":
            return super().get_lookup(lookup_name)
        raise FieldError(f"{self.sealed_as} is sealed and cannot be compared ({lookup_name}); filter its blind index")

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.sealed_as} is sealed and cannot be compared ({lookup_name}); filter its blind index")


class BlindIndexField(models.CharField):
    """The keyed hash of a sealed field beside it: ``filter(id_index=blind("3101…"))``.

    Filled on ``save`` and ``bulk_create``. ``QuerySet.update`` and ``bulk_update`` pass by ``pre_save``: give them both
    columns. A blank value has a blank hash, so a UNIQUE constraint needs ``condition=~Q(id_index="")``.
    """

    def __init__(self, *args: Any, of: str, context: str = "person", **kwargs: Any) -> None:
        self.of, self.context = of, context
        kwargs.update(max_length=64, editable=False, blank=True)
        kwargs.setdefault("default", "")
        kwargs.setdefault("db_index", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, path, args, kwargs = super().deconstruct()
        for fixed in ("max_length", "editable", "blank"):
            kwargs.pop(fixed, None)
        kwargs.setdefault("db_index", self.db_index)
        return name, path, args, {**kwargs, "of": self.of, "context": self.context}

    def db_type(self, connection: Any) -> str | None:
        """``varchar`` by its other name: for that one Django adds a second index for LIKE, and nobody looks for a part
        of a hash.
        """
        kind = super().db_type(connection)
        return kind.replace("varchar", "character varying") if kind else kind

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        value = crypto.blind(getattr(model_instance, self.of) or "", self.context)
        setattr(model_instance, self.attname, value)
        return value
