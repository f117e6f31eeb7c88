"""Demo organisations and members. Names of districts are real, everything else is invented."""

import datetime
import random

from portal.core import trail
from portal.core.actor import SYSTEM
from portal.kit import days, idcard, pinyin
from portal.registry.actions.changes import change_tree, rename
from portal.registry.actions.duplicates import find
from portal.registry.actions.members import add_member
from portal.registry.actions.organizations import fill_keys
from portal.registry.carrying import Asked
from portal.registry.models import HeadCount, Member, Membership, Organization, OrganizationChange

DISTRICTS = [
    "黄浦",
    "徐汇",
    "长宁",
    "静安",
    "普陀",
    "虹口",
    "杨浦",
    "闵行",
    "宝山",
    "嘉定",
    "浦东新",
    "金山",
    "松江",
    "青浦",
    "奉贤",
    "崇明",
]
UNIVERSITIES = [
    "浦江大学",
    "申城师范大学",
    "临港理工大学",
    "海上交通大学",
    "东方政法学院",
    "滨江财经大学",
    "淞沪工程大学",
    "江南外国语大学",
    "沪西医科大学",
    "海纳电力学院",
    "虹桥对外贸易学院",
    "云间农林学院",
    "吴淞海事学院",
    "百川戏剧学院",
    "青浦水利学院",
    "白玉兰音乐学院",
    "启明体育学院",
    "建桥应用技术学院",
    "思源开放大学",
    "远景健康学院",
]
AFFILIATED = ("市教育考试中心", "市教育技术装备中心", "市教师培训中心", "市学生活动中心")
VOCATIONAL = ("城市建设职校", "现代护理职校", "食品烹饪职校", "信息技术职校", "商贸旅游职校", "汽车工程职校")
SCHOOL_WORDS = ["景谷", "云桥", "南亭", "启音", "真源", "汇枫", "安远", "罗溪", "九科", "东滩"]
SCHOOL_KINDS = ["实验中学", "小学", "学校", "幼儿园", "中学", "中学", "幼儿园", "小学", "中学", "学校"]
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤欧阳司徒"
GIVEN_F = [
    "敏芳",
    "秋萍",
    "丽华",
    "文娟",
    "佩珍",
    "晓岚",
    "雪莲",
    "若琳",
    "海棠",
    "思源",
    "静怡",
    "美玲",
    "慧君",
    "雅琴",
    "婉清",
    "玉兰",
    "春燕",
    "晶晶",
    "倩文",
    "欣然",
    "梦洁",
    "素云",
    "淑贞",
    "云霞",
    "佳颖",
    "韵",
    "洁",
    "悦",
    "宁",
    "蕾",
]
GIVEN_M = [
    "建平",
    "国强",
    "志远",
    "文博",
    "立新",
    "正言",
    "伟",
    "俊杰",
    "浩然",
    "明辉",
    "海峰",
    "晓东",
    "振华",
    "永康",
    "思齐",
    "子轩",
    "磊",
    "涛",
    "鹏",
    "斌",
]
TITLES = ["正高级教师", "高级教师", "高级教师", "一级教师", "一级教师", "二级教师"]
UNI_TITLES = ["教授", "副教授", "副教授", "讲师", "讲师", "助教"]
POSITIONS = ["教师", "教师", "教师", "教研组长", "年级组长", "备课组长", "实验员", "图书管理员", "教导主任", "副校长"]
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def resident_number(n: int, birth: datetime.date, sex: str) -> str:
    """A number with a right check digit. ``n`` tells people with one birthday apart."""
    body = f"310{101 + n % 20}{birth:%Y%m%d}{n // 20 % 50:02d}{n // 1000 % 5 * 2 + (0 if sex == 'f' else 1)}"
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, WEIGHTS, strict=True)) % 11]


class _People:
    """Makes members that look like a staff room, the same ones at every run."""

    def __init__(self) -> None:
        self.random = random.Random(2026)
        self.n = 0
        self.made: list[Member] = []

    def member(self, org: Organization, name: str = "", sex: str = "", **values) -> Member:
        rnd, self.n = self.random, self.n + 1
        sex = sex or ("f" if rnd.random() < 0.68 else "m")
        name = name or rnd.choice(SURNAMES[:-4]) + rnd.choice(GIVEN_F if sex == "f" else GIVEN_M)
        birth = datetime.date(rnd.randint(1967, 1999), rnd.randint(1, 12), rnd.randint(1, 28))
        hired = datetime.date(min(birth.year + rnd.randint(23, 32), 2025), rnd.choice((7, 8, 9)), 1)
        row = Member(
            organization=org, name=name, sex=sex, birth_date=birth, hired_on=hired, document=idcard.RESIDENT,
            document_number=resident_number(self.n, birth, sex), phone=f"138{self.n:08d}",
            politics=rnd.choice(["party", "party", "none", "democratic", "league"]),
            title=rnd.choice(UNI_TITLES if org.sector == "higher" else TITLES), position=rnd.choice(POSITIONS),
        )  # fmt: skip
        for key, value in values.items():
            setattr(row, key, value)
        row.pinyin, row.initials = pinyin.keys(name)
        self.made.append(row)
        return row


def _org(
    made: dict, key: str, kind: str, name: str, parent: str | None, sector: str, code: str, **values
) -> Organization:
    above = made["orgs"][parent] if parent else None
    org = Organization(parent=above, kind=kind, name=name, sector=sector, code=code, phone="021-55550123", **values)
    org.term_from, org.term_until = datetime.date(2022, 6, 1), datetime.date(2027, 5, 31)
    fill_keys(org)
    org.save()
    made["orgs"][key] = org
    return org


def organizations(made: dict) -> None:
    """City, 16 districts with ten schools each, twenty universities, the vocational federation, four
    affiliated units.
    """
    made["orgs"] = {}
    rnd = random.Random(7)
    _org(made, "city", "city", "上海市教育工会", None, "other", "S0", short_name="市教育工会")
    _org(made, "office", "department", "上海市教育工会机关部门工会", "city", "other", "S01", short_name="机关部门工会",
         head_count=32, women_count=19)  # fmt: skip
    for i, area in enumerate(DISTRICTS, 1):
        heads = rnd.randint(4200, 31000)
        _org(made, area, "district", f"{area}区教育工会", "city", "basic", f"Q{i:02d}", short_name=f"{area}区",
             area=f"第{'一二三四'[i % 4]}片区", head_count=heads, women_count=heads * 3 // 4)  # fmt: skip
        for j, (word, kind) in enumerate(zip(SCHOOL_WORDS, SCHOOL_KINDS, strict=True), 1):
            heads = rnd.randint(60, 210)
            name = f"{area}区{word}{kind}工会"
            _org(made, f"{area}{j}", "grassroots", name, area, "basic", f"Q{i:02d}{j:03d}",
                 short_name=f"{word}{kind}", head_count=heads, women_count=heads * 7 // 10)  # fmt: skip
    for i, name in enumerate(UNIVERSITIES, 1):
        heads = rnd.choice((620, 860, 1000, 1480, 2300, 3900, 5872))
        _org(made, name, "university", f"上海{name}工会", "city", "higher", f"G{i:02d}", short_name=name,
             head_count=heads, women_count=heads * 46 // 100)  # fmt: skip
    _org(made, "vocational", "vocational", "上海市中等职业学校工会联合会", "city", "vocational", "Z0", short_name="中职联",
         head_count=5200, women_count=2900)  # fmt: skip
    for i, name in enumerate(VOCATIONAL, 1):
        _org(made, name, "grassroots", f"上海市{name}工会", "vocational", "vocational", f"Z0{i:03d}", short_name=name,
             head_count=180, women_count=96)  # fmt: skip
    for i, name in enumerate(AFFILIATED, 1):
        _org(made, name, "affiliated", f"{name}工会", "city", "other", f"D{i:02d}", short_name=name, head_count=90,
             women_count=52)  # fmt: skip
    trail.write(SYSTEM, "demo.organizations", made["orgs"]["city"], change={"count": len(made["orgs"])})


def members(made: dict) -> None:
    """About three thousand people; the ones that demo accounts are for have fixed names."""
    people, orgs = _People(), made["orgs"]
    school, university = orgs["闵行1"], orgs["浦江大学"]
    made["people"] = {
        "zhou": people.member(school, "周敏芳", "f", hired_on=datetime.date(2008, 7, 1), position="教研组长"),
        "zhu": people.member(school, "朱建平", "m", position="工会主席"),
        "jiang": people.member(school, "蒋思源", "f", position="语文教研组长"),
        "hu": people.member(university, "胡佩珍", "f", position="工会主席"),
        "qian": people.member(university, "钱秋萍", "f", position="学院副院长"),
        "new": people.member(university, "罗欣然", "f", hired_on=days.today() - datetime.timedelta(days=300)),
    }
    for org in orgs.values():
        if org.kind in ("grassroots", "university", "affiliated", "department"):
            for _n in range(80 if org.kind == "university" else 14):
                people.member(org)
    Member.objects.bulk_create(people.made, batch_size=1000)
    stays = [Membership(member=m, organization=m.organization, joined_on=m.hired_on) for m in people.made]
    Membership.objects.bulk_create(stays, batch_size=1000)
    made["members"] = people.made
    trail.write(SYSTEM, "demo.members", orgs["city"], change={"count": len(people.made)})


def changes_of_the_tree(made: dict) -> None:
    """A school with a new name, and one that went into its neighbour."""
    orgs = made["orgs"]
    rename(
        SYSTEM, orgs["闵行3"], datetime.date(2025, 9, 1), "闵行区南亭外国语学校工会", "南亭外国语学校",
        "学校更名", "闵教工〔2025〕14号",
    )  # fmt: skip
    asked = Asked(OrganizationChange.Kind.MERGE, orgs["闵行8"], datetime.date(2026, 7, 1), orgs["闵行2"])
    change_tree(SYSTEM, asked, "两校合并办学", "闵教工〔2026〕9号")
    for key in ("闵行3", "闵行8"):
        orgs[key].refresh_from_db()


def registered_twice(made: dict) -> None:
    """One person under an old passport and under the ID card, and two who only look alike."""
    orgs = made["orgs"]
    for name, day, units in (
        ("顾静怡", datetime.date(1983, 5, 12), ("闵行1", "闵行5")),
        ("陆海峰", datetime.date(1979, 11, 3), ("浦江大学", "闵行4")),
    ):
        for n, unit in enumerate(units):
            number = resident_number(4000 + n * 20, day, "f") if n == 0 else f"E{orgs[unit].pk:04d}{n}678"
            add_member(
                SYSTEM, orgs[unit], datetime.date(2012 + n * 6, 9, 1), name=name, sex="f", birth_date=day,
                document=idcard.RESIDENT if n == 0 else idcard.PASSPORT, document_number=number, title=TITLES[n + 1],
                phone=f"1391111{day:%m%d}" if n == 0 else "",
            )  # fmt: skip
    find(SYSTEM)


def terms_and_figures(made: dict) -> None:
    """A committee whose term ends in two months, one whose term is over, and reports of earlier years."""
    orgs, today = made["orgs"], days.today()
    for key, left in (("闵行1", 60), ("闵行2", -40), ("浦江大学", 150)):
        until = today + datetime.timedelta(days=left)
        Organization.objects.filter(pk=orgs[key].pk).update(term_until=until)
        orgs[key].term_until = until
    for key in ("闵行1", "浦江大学", "闵行"):
        heads = orgs[key].head_count
        for ago in range(4, 0, -1):
            n = heads - (ago - 1) * heads // 60
            HeadCount.objects.create(
                organization=orgs[key], day=datetime.date(today.year - ago, 9, 30), heads=n, members=n - n // 40,
                women=n * orgs[key].women_count // heads, source=HeadCount.Source.REPORT,
            )  # fmt: skip


STEPS = (organizations, members, changes_of_the_tree, registered_twice, terms_and_figures)
