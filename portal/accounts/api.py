"""The API of accounts: who one is, and in which posts one may act."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from portal.accounts.models import Post, User
from portal.kit.api.views import ApiView, Op


class PostAnswer(serializers.ModelSerializer):
    organization_name = serializers.CharField(source="organization.name")

    class Meta:
        model = Post
        fields = ["id", "role", "organization", "organization_name", "since", "until"]


class MeAnswer(serializers.ModelSerializer):
    acting = PostAnswer(allow_null=True, help_text="现在以哪个身份办；空的是只以本人")
    posts = PostAnswer(many=True, help_text="能用 X-Post 选的身份")

    class Meta:
        model = User
        fields = ["id", "username", "name", "member", "acting", "posts"]


class Me(ApiView):
    name, path = "me", "me/"
    operations = {"GET": Op("home", "read", _("我是谁，以什么身份"), {200: MeAnswer})}

    def get(self, request: Request, **kwargs: Any) -> Response:
        user = self.actor.user
        user.acting, user.held = self.actor.post, request._request.posts
        values: dict[str, Any] = {name: getattr(user, name) for name in ("id", "username", "name")}
        shown = {"acting": PostAnswer(user.acting).data if user.acting else None}
        shown["posts"] = PostAnswer(user.held, many=True).data
        return Response({**values, "member": user.member_id, **shown})


ROUTES = (Me,)
