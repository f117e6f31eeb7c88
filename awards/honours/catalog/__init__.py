"""The awards of this room: one file each, its name in PROGRAMS in the order in which they are offered."""

from awards.honours.catalog.caring_leader import CARING_LEADER
from awards.honours.catalog.craftsman import CITY_CRAFTSMAN, SYSTEM_CRAFTSMAN
from awards.honours.catalog.education_pioneer import EDUCATION_PIONEER
from awards.honours.catalog.innovation import INNOVATION
from awards.honours.catalog.may_day_person import MAY_DAY_PERSON
from awards.honours.catalog.may_day_unit import MAY_DAY_UNIT
from awards.honours.catalog.model_home import MODEL_HOME
from awards.honours.catalog.model_small_home import MODEL_SMALL_HOME
from awards.honours.catalog.studio import STUDIO
from awards.honours.catalog.union_activist import UNION_ACTIVIST
from awards.honours.catalog.union_worker import UNION_WORKER
from awards.honours.catalog.women_flag import WOMEN_FLAG
from awards.honours.catalog.women_flag_collective import WOMEN_FLAG_COLLECTIVE
from awards.honours.catalog.women_merit import WOMEN_MERIT
from awards.honours.catalog.women_post import WOMEN_POST
from awards.honours.catalog.worker_pioneer import WORKER_PIONEER

PROGRAMS = (
    WOMEN_FLAG, WOMEN_FLAG_COLLECTIVE, MAY_DAY_UNIT, MAY_DAY_PERSON, WORKER_PIONEER, MODEL_HOME, MODEL_SMALL_HOME,
    UNION_WORKER, UNION_ACTIVIST, CARING_LEADER, EDUCATION_PIONEER, STUDIO, WOMEN_MERIT, WOMEN_POST, CITY_CRAFTSMAN,
    SYSTEM_CRAFTSMAN, INNOVATION,
)  # fmt: skip
