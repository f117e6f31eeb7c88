"""The awards of this room: one file each, its name in PROGRAMS."""

from awards.honours.catalog.innovation import INNOVATION
from awards.honours.catalog.women_flag import WOMEN_FLAG
from awards.honours.catalog.women_flag_collective import WOMEN_FLAG_COLLECTIVE

PROGRAMS = (WOMEN_FLAG, WOMEN_FLAG_COLLECTIVE, INNOVATION)
