"""Demo: a list that waits for a second person, a correction a teacher asks for, and what the teacher agreed to."""

from portal.core.actor import Actor
from portal.privacy.actions import consents, exports, wishes
from portal.privacy.models import ConsentText
from portal.registry.models import Member

COLUMNS = ["name", "unit", "sex", "birth", "politics", "phone"]


def waiting(made: dict) -> None:
    """One thing for each page of this app."""
    user, teacher = made["users"]["yuguoqiang"], Actor(made["users"]["zhouminfang"])
    clerk = Actor(user, user.posts.select_related("organization").first())
    count = Member.objects.visible_to(clerk).filter(active=True, sex="f").count()
    exports.ask(clerk, "members", "member", "会员名册", COLUMNS, count, "?view=women", "报市总 2026 年女职工统计")
    if not ConsentText.objects.filter(purpose="photo-story").exists():
        # an emptied database has lost what the migration published
        officer = made["users"]["shenyi"]
        text = "您的照片、事迹和姓名、单位用于公开展示先进，任何人都看得到。"
        consents.publish(Actor(officer, officer.posts.select_related("organization").first()), "photo-story", text)
    consents.say(teacher, "photo-story", True, 1)
    wishes.wish(teacher, "correct", "入校时间应是 2009年9月，名册上晚了一年。")


STEPS = (waiting,)
