"""One signal stops everything in order; one process that ends takes the others with it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# two applications and a server, each saying when it goes; argv: life of the first, folder of the log
SCRIPT = """
import os, signal, subprocess, sys
from pathlib import Path
from portal.ops.embedded import Server, die_with_parent
from portal.ops.supervisor import Supervisor

POLITE = "import signal, sys, time; bye = lambda *a: (print('bye', time.monotonic(), flush=True), sys.exit(0));"
POLITE += "signal.signal(signal.SIGTERM, bye);"
POLITE += "print('up', flush=True); time.sleep({})"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

supervisor = Supervisor()
supervisor.catch_signals()
server = subprocess.Popen([sys.executable, "-c", POLITE.format(60)], stdout=subprocess.PIPE, preexec_fn=die_with_parent)
supervisor.adopt(Server("server", server, signal.SIGTERM), Path(sys.argv[2]))
for name, code in (("one", POLITE.format(sys.argv[1])), ("two", DEAF if "deaf" in sys.argv else POLITE.format(60))):
    supervisor.spawn(name, [sys.executable, "-c", code], dict(os.environ), signal.SIGTERM, 1)
supervisor.stopping.wait()
sys.exit(supervisor.stop_all())
"""


def start(life, folder, *arguments):
    command = [sys.executable, "-c", SCRIPT, life, str(folder), *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def lines_until_up(process):
    seen = []
    while sum(line.endswith("| up") for line in seen) < 2:
        seen.append(process.stdout.readline().rstrip())
    return seen


def test_one_signal_stops_all_servers_last(tmp_path):
    process = start("60", tmp_path)
    lines_until_up(process)
    process.send_signal(signal.SIGINT)
    output = process.communicate(timeout=20)[0]
    applications = [float(line.split()[-1]) for line in output.splitlines() if " bye " in line]
    assert len(applications) == 2
    assert float((tmp_path / "server.log").read_text().split()[-1]) > max(applications)
    assert process.returncode == 0


def test_a_process_that_ends_by_itself_stops_all_and_is_named(tmp_path):
    process = start("0.5", tmp_path)
    output = process.communicate(timeout=20)[0]
    assert "one ended by itself" in output
    assert process.returncode == 1


def test_a_process_that_does_not_listen_is_killed_after_its_grace(tmp_path):
    process = start("60", tmp_path, "deaf")
    lines_until_up(process)
    started = time.monotonic()
    process.send_signal(signal.SIGTERM)
    output = process.communicate(timeout=20)[0]
    assert "two did not stop" in output
    assert time.monotonic() - started < 5
    assert process.returncode == 1
