"""The sheets that the registry takes in."""

from django.utils.translation import gettext_lazy as _

from portal.kit.sheets_guard import ROSTER
from portal.registry.imports import members, members_match, members_write, organizations, organizations_write
from portal.registry.imports.spec import Importer

MEMBERS = Importer(
    key="members",
    title="会员名册",
    thing="会员",
    resource="member",
    fields=members.FIELDS,
    example=members.EXAMPLE,
    instructions=(
        str(_("一人一行。证件号码认人：门户里有这个证件号的算变更，没有的算新增。")),
        str(_("空着的格子不改门户里的内容；要清掉一项，请到会员的页面上改。")),
        str(_("证件号码、手机、卡号的列先设为“文本”再填，不然 Excel 会改掉末几位。")),
        str(_("只能导入本单位和下级单位的会员；所在工会写门户里的名称、简称或编号。")),
        str(_("第二行是示例，开头有【示例】的行不读，删不删都行。")),
    ),
    prepare=members.prepare,
    check=members.check,
    match=members_match.match,
    write=members_write.write,
    undo=members_write.undo,
    label=members.label,
    order=10,
    limits=ROSTER,
)
ORGANIZATIONS = Importer(
    key="organizations",
    title="组织名单",
    thing="组织",
    resource="organization",
    fields=organizations.FIELDS,
    example=organizations.EXAMPLE,
    instructions=(
        str(_("一家一行。先按编号，再按信用代码，再按上级加名称认单位。")),
        str(_("空着的格子不改门户里的内容；新单位的编号可以不填，由门户编。")),
        str(_("上级写名称或编号；上级也在这份表里的，排在前面。类别要放得进上级下面。")),
        str(_("导入不能改类别，也不会停用表里没有的单位。")),
        str(_("第二行是示例，开头有【示例】的行不读，删不删都行。")),
    ),
    prepare=organizations.prepare,
    check=organizations.check,
    match=organizations.match,
    write=organizations_write.write,
    undo=organizations_write.undo,
    label=organizations.label,
    order=20,
)
IMPORTERS = (MEMBERS, ORGANIZATIONS)
