"""The commands: base, files, check, list, mark, restore, drill, prune, watch."""

import argparse
import sys
import time
from datetime import datetime
from pathlib import Path

from portal.ops.backup import check, drill, figures, make
from portal.ops.backup.place import Failed, backup_dir, source
from portal.ops.backup.restore import Target, new_password, restore

DAY, OFTEN = 86400.0, 300.0


def main(argv: list[str]) -> int:
    given = parser().parse_args(argv)
    folder = backup_dir()
    if given.command == "base":
        say(f"base backup {make.base(source(), folder).name}")
    elif given.command == "files":
        say(f"{len(make.mirror(folder))} files")
    elif given.command == "mark":
        say(figures.mark(source(), folder))
    elif given.command == "prune":
        say(f"dropped: {', '.join(make.prune(folder, given.days)) or 'nothing'}")
    elif given.command == "list":
        for one in make.bases(folder):
            say(f"{one.name}  {sum(path.stat().st_size for path in one.iterdir()) / 1e6:,.1f} MB")
    elif given.command == "check":
        return verdict(folder)
    elif given.command == "drill":
        return drill.say(drill.drill(source(), folder, given.place))
    elif given.command == "restore":
        target = Target(given.at, given.mark)
        say(f"restored from {restore(folder, given.data, given.files, target).name}")
        if given.embedded:
            new_password(given.data)
    else:
        watch(folder, given.days)
    return 0


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="python -m portal.ops.backup", description=__doc__)
    commands = made.add_subparsers(dest="command", required=True)
    for name, text in (
        ("base", "take a base backup"), ("files", "copy new uploads"), ("list", "what there is"),
        ("check", "is every backup whole"), ("mark", "a restore point with the figures of its moment"),
    ):  # fmt: skip
        commands.add_parser(name, help=text)
    for name, text in (("prune", "drop what is too old"), ("watch", "all of it, for ever: the container's command")):
        commands.add_parser(name, help=text).add_argument("--days", type=int, default=make.KEEP_DAYS)
    one = commands.add_parser("drill", help="restore into a throw-away place and compare")
    one.add_argument("--place", type=Path, help="folder with room for the whole database")
    one = commands.add_parser("restore", help="into new folders")
    one.add_argument("--at", type=moment, help="2026-11-23T12:00:00+08:00; without it, the newest state")
    one.add_argument("--mark", default="", help="a mark instead of a moment")
    one.add_argument("--data", type=Path, required=True, help="the new cluster")
    one.add_argument("--files", type=Path, required=True, help="the new folder of uploads")
    one.add_argument(
        "--embedded", action="store_true", help="for `make demo`: write the superuser's password beside it"
    )
    return made


def moment(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise argparse.ArgumentTypeError("a time needs its zone, as in 2026-11-23T12:00:00+08:00")
    return found


def verdict(folder: Path) -> int:
    """Each backup on its own line."""
    bad = 0
    for one in make.bases(folder):
        found = check.problems(folder, one)
        bad += bool(found)
        say(f"{one.name}  {'; '.join(found[:5]) or 'whole'}")
    if not make.bases(folder):
        raise Failed("There is no backup yet.")
    return 1 if bad else 0


def watch(folder: Path, days: int) -> None:
    """A base backup a day, uploads every five minutes. A failure is said and tried again; nothing else may stop it."""
    last = 0.0
    while True:
        try:
            if time.time() - last >= DAY:
                say(f"base backup {make.base(source(), folder).name}")
                make.prune(folder, days)
                last = time.time()
            else:
                make.mirror(folder)
        except (SystemExit, OSError) as problem:
            say(f"FAILED: {problem}")
        time.sleep(OFTEN)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
