"""Runs several processes as one: lines with their names, one signal stops all, clients before servers."""

import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from portal.ops.embedded import Server, die_with_parent


@dataclass
class Child:
    """A running process and how it is stopped."""

    name: str
    process: subprocess.Popen
    stop_signal: signal.Signals
    grace: float
    log: Path | None = None  # servers write here: their chatter would bury the lines of the portal
    reader: threading.Thread | None = None


@dataclass
class Supervisor:
    """Children are spawned from the main thread only: the kernel ends them when the spawning *thread* ends."""

    children: list[Child] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    reasons: list[str] = field(default_factory=list)
    signals_seen: int = 0
    running_step: subprocess.Popen | None = None

    def catch_signals(self) -> None:
        """One Ctrl-C stops everything in order; a second one does not wait for the applications any more."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self.on_signal)

    def on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.signals_seen += 1
        self.stopping.set()
        if self.running_step and self.running_step.poll() is None:
            self.running_step.terminate()
        if self.signals_seen > 1:
            for child in self.children:
                if not child.log:
                    kill_group(child.process)

    def adopt(self, server: Server, logs: Path, grace: float = 10) -> None:
        """Watch a service that is already running."""
        logs.mkdir(parents=True, exist_ok=True)
        self.watch(Child(server.name, server.process, server.stop_signal, grace, logs / f"{server.name}.log"))

    def spawn(
        self, name: str, command: list[str], env: dict[str, str], stop_signal: signal.Signals, grace: float
    ) -> None:
        """Start an application process."""
        process = subprocess.Popen(
            command,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent,
        )
        self.watch(Child(name, process, stop_signal, grace))

    def watch(self, child: Child) -> None:
        child.reader = threading.Thread(target=self.read, args=(child,), daemon=True)
        self.children.append(child)
        child.reader.start()

    def read(self, child: Child) -> None:
        """Pass its lines on; when it ends by itself, all stop, for half a portal helps nobody."""
        if child.log:
            with child.log.open("wb", buffering=0) as log:
                for raw in child.process.stdout or ():
                    log.write(raw)
        else:
            for raw in child.process.stdout or ():
                if line := raw.decode(errors="replace").rstrip():
                    say(child.name, line)
        code = child.process.wait()
        if not self.stopping.is_set():
            hint = f", see {child.log}" if child.log else ""
            self.reasons.append(f"{child.name} ended by itself (exit {code}{hint})")
            self.stopping.set()

    def step(self, command: list[str], env: dict[str, str]) -> str:
        """Run one preparing command to its end and return what it printed; Ctrl-C meanwhile ends it too."""
        process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        self.running_step = process
        output = process.communicate()[0]
        if process.returncode and not self.stopping.is_set():
            self.reasons.append(f"{' '.join(command[1:])} failed (exit {process.returncode})\n{output}")
            self.stopping.set()
        return output

    def stop_all(self) -> int:
        """Applications first, servers after them; returns the exit code of the whole."""
        self.stopping.set()
        started, forced = time.monotonic(), False
        say("portal", "; ".join(self.reasons) or "stopping")
        for servers in (False, True):
            group = [child for child in self.children if bool(child.log) is servers]
            for child in group:
                if child.process.poll() is None:
                    child.process.send_signal(child.stop_signal)
            results = [ended(child) for child in group]
            forced = forced or not all(results)
        codes = " ".join(f"{child.name}={child.process.returncode}" for child in self.children)
        say("portal", f"all stopped in {time.monotonic() - started:.1f} s  {codes}")
        return 1 if self.reasons or forced else 0


def ended(child: Child) -> bool:
    """Wait for its end; after the grace it is killed with all it started."""
    try:
        child.process.wait(child.grace)
        clean = True
    except subprocess.TimeoutExpired:
        say("portal", f"{child.name} did not stop within {child.grace:.0f} s, killed")
        kill_group(child.process)
        child.process.wait()
        clean = False
    if child.reader:
        child.reader.join(1)
    return clean


def kill_group(process: subprocess.Popen) -> None:
    """The process leads a group of its own: its workers go with it."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)


def say(name: str, text: str) -> None:
    """One line of one process. Nobody reading us any more is no reason to leave the servers running."""
    try:
        sys.stdout.write(f"{time.strftime('%H:%M:%S')} {name:<9}| {text}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.kill(os.getpid(), signal.SIGTERM)
