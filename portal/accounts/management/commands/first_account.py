"""A new installation's first two accounts: the security officers, who grant every further post in the browser."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from portal.accounts import actions, checks
from portal.accounts.models import Post
from portal.core.actor import SYSTEM
from portal.kit import days
from portal.kit.refusal import Refused
from portal.registry.actions.organizations import create_organization
from portal.registry.models import Organization


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("name", help="of the person")
        parser.add_argument("union", help="name of the municipal union, made if there is none yet")

    @transaction.atomic
    def handle(self, *args, **options) -> None:
        if Post.objects.current().filter(role="security").count() >= checks.OFFICERS:
            raise CommandError("there are two security officers already: further posts are granted in the browser")
        try:
            city = Organization.objects.filter(kind="city").first()
            city = city or create_organization(SYSTEM, None, "city", "0", name=options["union"])
            user, password = actions.create_user(SYSTEM, options["username"], options["name"])
            actions.grant_post(SYSTEM, user, "security", city, days.today())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.username}  {password}   (shown once; sign in and set up the second factor)")
