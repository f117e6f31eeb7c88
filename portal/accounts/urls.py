"""Addresses of identity, posts, accounts and what takes two officers."""

from django.urls import path

from portal.accounts import views_invitations, views_posts
from portal.accounts.views import accounts, duals, kin

app_name = "accounts"
urlpatterns = [
    path("act-as/", accounts.act_as, name="act_as"),
    path("again/", accounts.again, name="again"),
    path("recovery/", accounts.recovery, name="recovery"),
    path("kin/", kin.kin, name="kin"),
    path("kin/new/", kin.kin_add, name="kin_add"),
    path("kin/<int:kin_id>/end/", kin.kin_end, name="kin_end"),
    path("posts/", accounts.posts, name="posts"),
    path("posts/grant/", accounts.post_grant, name="post_grant"),
    path("posts/<int:post_id>/end/", accounts.post_end, name="post_end"),
    path("posts/hand-over/", views_posts.hand_over_mine, name="hand_over_mine"),
    path("posts/<int:post_id>/hand-over/", views_posts.post_hand_over, name="post_hand_over"),
    path("invitations/", views_invitations.invitations, name="invitations"),
    path("invitations/new/", views_invitations.invite, name="invite"),
    path("invitations/<int:invitation_id>/", views_invitations.invitation, name="invitation"),
    path("invitations/accept/<str:token>/", views_invitations.accept, name="accept"),
    path("dual/", duals.duals, name="duals"),
    path("dual/<int:act_id>/", duals.dual, name="dual"),
    path("dual/<int:act_id>/answer/", duals.dual_answer, name="dual_answer"),
    path("dual/<int:act_id>/withdraw/", duals.dual_withdraw, name="dual_withdraw"),
    path("users/", accounts.users, name="users"),
    path("users/new/", accounts.user_create, name="user_create"),
    path("users/<int:user_id>/", accounts.user, name="user"),
    path("users/<int:user_id>/password/", accounts.user_password, name="user_password"),
    path("users/<int:user_id>/active/", accounts.user_active, name="user_active"),
    path("users/<int:user_id>/factor/", duals.factor_reset, name="factor_reset"),
    path("users/<int:user_id>/release/", duals.user_release, name="user_release"),
    path("users/<int:user_id>/sessions/", duals.user_sessions, name="user_sessions"),
]
