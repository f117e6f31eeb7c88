"""Honours stay with the unit that won them; its heir shows them as those of a forerunner."""

CARRIERS = ()
STAYS = ("honours.Honour.organization",)
