"""Demo editions: one that ran two years ago down to its certificates, one that is running, two on public notice, three more
of other awards that are being reported.

Everything is made through the same actions as in life, with the clock set back, so that trail, revisions and desks are
what they would be.
"""

from awards.honours.demo.collectives import noticed_edition, ready_edition
from awards.honours.demo.others import craftsman_edition, home_edition, innovation_edition
from awards.honours.demo.past import past_edition
from awards.honours.demo.running import next_edition, planned, running_edition

STEPS = (
    past_edition, running_edition, ready_edition, noticed_edition, innovation_edition, home_edition, craftsman_edition,
    next_edition, planned,
)  # fmt: skip
