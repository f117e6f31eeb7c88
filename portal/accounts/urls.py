"""Addresses of identity, posts and accounts."""

from django.urls import path

from portal.accounts import views, views_invitations, views_posts

app_name = "accounts"
urlpatterns = [
    path("act-as/", views.act_as, name="act_as"),
    path("posts/", views.posts, name="posts"),
    path("posts/grant/", views.post_grant, name="post_grant"),
    path("posts/<int:post_id>/end/", views.post_end, name="post_end"),
    path("posts/hand-over/", views_posts.hand_over_mine, name="hand_over_mine"),
    path("posts/<int:post_id>/hand-over/", views_posts.post_hand_over, name="post_hand_over"),
    path("invitations/", views_invitations.invitations, name="invitations"),
    path("invitations/new/", views_invitations.invite, name="invite"),
    path("invitations/<int:invitation_id>/", views_invitations.invitation, name="invitation"),
    path("invitations/accept/<str:token>/", views_invitations.accept, name="accept"),
    path("users/", views.users, name="users"),
    path("users/new/", views.user_create, name="user_create"),
    path("users/<int:user_id>/", views.user, name="user"),
    path("users/<int:user_id>/password/", views.user_password, name="user_password"),
    path("users/<int:user_id>/active/", views.user_active, name="user_active"),
]
