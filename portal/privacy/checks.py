"""What a model must say about the people in it (rule 32); ``manage.py check`` and the build refuse a silent one."""

from collections.abc import Iterator

from django.apps import apps
from django.contrib.auth import get_user_model
from django.core.checks import Error
from django.core.exceptions import FieldDoesNotExist
from django.db import models

from portal.kit.fields import EncryptedTextField
from portal.kit.personal import Holding, Level, Shred, holdings
from portal.registry.models import Member


def _links(model: type[models.Model], to: type[models.Model]) -> list[str]:
    """Foreign keys that say whom a row is about. ``related_name="+"`` says who wrote it: that is in the trail."""
    return [
        one.name
        for one in model._meta.local_fields
        if isinstance(one, models.ForeignKey) and one.related_model is to and one.remote_field.related_name != "+"
    ]


def _sealed(model: type[models.Model]) -> list[str]:
    return [one.name for one in model._meta.local_fields if isinstance(one, EncryptedTextField)]


def _parts_of_a_person(model: type[models.Model]) -> bool:
    """Whether its rows are parts of rows that are about somebody, as an attachment is of a nomination."""
    return any(
        isinstance(one, models.ForeignKey)
        and one.remote_field.on_delete is models.CASCADE
        and (whole := holdings().get(one.related_model._meta.label_lower)) is not None
        and one.related_model not in (Member, get_user_model())
        and whole.person
        for one in model._meta.local_fields
    )


def undeclared() -> list[type[models.Model]]:
    """Models that hold something of a person and do not say so."""
    user = get_user_model()
    return [
        model
        for model in apps.get_models()
        if model._meta.label_lower not in holdings()
        and (
            model in (Member, user)
            or _links(model, Member)
            or _links(model, user)
            or _sealed(model)
            or _parts_of_a_person(model)
        )
    ]


def problems(holding: Holding) -> Iterator[str]:
    """What is missing or wrong in one declaration."""
    model, fields = holding.type, {one.name for one in holding.type._meta.get_fields()}
    named = [name for names in holding.levels.values() for name in names]
    for name in [*named, *holding.masks, *holding.blanks, *holding.copied]:
        if name not in fields:
            yield f"names {name}, which is no field of it"
    if len(named) != len(set(named)):
        yield "gives a field two levels"
    for name in _sealed(model):
        if holding.level(name) is not Level.SENSITIVE:
            yield f"{name} is sealed, so it is {Level.SENSITIVE}"
    for name in holding.levels.get(Level.SENSITIVE, ()):
        if name in fields and name not in _sealed(model):
            yield f"{name} is {Level.SENSITIVE} and not an EncryptedTextField"
        if name not in holding.masks:
            yield f"{name} is {Level.SENSITIVE} and has no mask"
    if not all((holding.purpose, holding.basis, holding.keep)):
        yield "lacks its purpose, its legal basis or how long it is kept"
    if holding.shred is Shred.BLANK and not holding.blanks:
        yield "is blanked, but does not say with what"
    yield from _unreachable(holding)


def _unreachable(holding: Holding) -> Iterator[str]:
    """A person's copy and their wish to be forgotten go along these lookups."""
    for name, target, path in (("person", Member, holding.person), ("account", get_user_model(), holding.account)):
        if not path and _links(holding.type, target):
            yield f"points to a {target.__name__} and gives no {name}"
        if path and path != "pk":
            found = holding.type
            try:
                for part in path.split("__"):
                    found = found._meta.get_field(part).related_model
            except (FieldDoesNotExist, AttributeError):
                found = None
            if found is not target:
                yield f"{name}={path!r} does not lead to a {target.__name__}"


def declared(app_configs=None, **kwargs) -> list[Error]:
    """The system check."""
    found = [
        Error(
            f"{model._meta.label} holds something of a person and declares no levels",
            hint=f"add a Holding to {model.__module__.partition('.models')[0]}.personal.HOLDINGS (portal.kit.personal)",
            id="portal.E020",
        )
        for model in undeclared()
    ]
    for holding in holdings().values():
        found += [Error(f"{holding.model} {problem}", id="portal.E021") for problem in problems(holding)]
    return found
