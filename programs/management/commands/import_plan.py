"""``manage.py import_plan FILE``: read a work plan and write it, or say by line what cannot be read."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from portal.core.actor import SYSTEM
from portal.kit.refusal import Refused
from portal.registry.models import Organization
from programs.actions.plans import import_plan
from programs.planreader.document import Problem, Reading
from programs.planreader.file import read_file
from programs.planreader.reader import read_plan


class Command(BaseCommand):
    help = "Import a work plan (.txt in UTF-8 or GB18030, or .docx). Nothing is written while one line cannot be read."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--year", type=int, help="refuse the file unless it is the plan of this year")
        parser.add_argument("--owner", default="", help="code of the organisation whose plan it is (default: the root)")
        parser.add_argument("--replace", action="store_true", help="replace the year's plan by this text")
        parser.add_argument("--check", action="store_true", help="only read and print")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            file = read_file(path.read_bytes(), path.name)
        except OSError as error:
            raise CommandError(_("读不到文件 %(path)s") % {"path": path}) from error
        except Refused as refused:
            raise CommandError(refused.message) from refused
        reading = read_plan(file.text)
        self.tell(*file.problems, *reading.problems)
        document = reading.document
        if document is None:
            raise CommandError(_("有 %(count)s 处读不懂，什么也没有导入") % {"count": len(reading.errors)})
        if options["year"] and options["year"] != document.year:
            asked = {"year": options["year"], "found": document.year}
            raise CommandError(_("文件是 %(found)s 年的要点，不是 %(year)s 年的") % asked)
        self.show(reading)
        if options["check"]:
            return
        notes = (*file.problems, *reading.notes)
        try:
            owner = self.owner(options["owner"])
            done = import_plan(
                document, SYSTEM, owner=owner, replace=options["replace"], notes=notes, file_name=path.name
            )
        except Refused as refused:
            raise CommandError(refused.message) from refused
        if not done.changed:
            self.stdout.write(_("这份要点已经导入过，没有变动"))
            return
        self.stdout.write(_("已导入，%(owner)s，编号 %(pk)s") % {"owner": owner, "pk": done.plan.pk})

    def owner(self, code: str) -> Organization:
        known = {"code": code} if code else {"parent__isnull": True}
        owner = Organization.objects.filter(**known).first()
        if owner is None:
            raise Refused(_("没有这个单位：%(code)s") % {"code": code or _("市教育工会")})
        return owner

    def tell(self, *problems: Problem) -> None:
        for one in problems:
            word = _("错") if one.severity == "error" else _("提示")
            line = _("第 %(line)s 行") % {"line": one.line}
            self.stderr.write(f"{word} {line}：{one.reason}\n    {one.text}")

    def show(self, reading: Reading) -> None:
        document = reading.document
        self.stdout.write(f"{document.title}  {document.number}  {document.issued_on or ''}")
        for chapter in document.chapters:
            self.stdout.write(f"{chapter.number}  {chapter.title}")
            for item in chapter.items:
                self.stdout.write(f"  {chapter.number}.{item.number}  {item.title}")
                for number, task in enumerate(item.tasks, start=1):
                    names = "、".join(task.names)
                    code = f"{chapter.number}.{item.number}.{number}"
                    self.stdout.write(f"    {code:<8}{task.kind}  {task.title}" + (f"  [{names}]" if names else ""))
        counts = {"c": len(document.chapters), "i": len(document.items), "t": len(document.tasks)}
        self.stdout.write(_("%(c)s 章 %(i)s 条，读出 %(t)s 项任务") % counts)
