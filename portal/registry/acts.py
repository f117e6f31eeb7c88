"""Acts of the registry in words."""

from django.utils.translation import gettext_lazy as _

ACTS: tuple[tuple[str, str], ...] = (
    ("organization.create", _("建组织")),
    ("organization.update", _("改组织资料")),
    ("organization.report", _("报人数")),
    ("organization.rename", _("组织改名")),
    ("organization.move", _("组织换上级")),
    ("organization.merge", _("组织并入")),
    ("organization.dissolve", _("撤销组织")),
    ("organization.import", _("导入改组织")),
    ("organization.import_undone", _("撤回导入的组织")),
    ("member.add", _("登记会员")),
    ("member.update", _("改会员资料")),
    ("member.transfer", _("转会")),
    ("member.end", _("退休、离会")),
    ("member.alike", _("指出可能重复的人")),
    ("member.different", _("定为两个人")),
    ("member.merge", _("两条登记并成一人")),
    ("member.merged", _("并给了另一条登记")),
    ("member.unmerge", _("撤回合并")),
    ("member.plain", _("看遮住的内容")),
    ("member.find", _("按证件号找人")),
    ("member.import", _("导入改会员")),
    ("member.import_undone", _("撤回导入的会员")),
    ("import.upload", _("上传导入文件")),
    ("import.start", _("开始入库")),
    ("import.commit", _("导入入库")),
    ("import.undo", _("撤回整批导入")),
    ("import.drop", _("放弃导入")),
)
