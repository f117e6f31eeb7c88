"""A union's hooks stay with it: a closed union has no post that could see what they would be told."""

STAYS = ("api.Hook.organization",)
