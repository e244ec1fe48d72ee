"""Valkeys of a test's own: plain ones, one with a replica under Sentinel, a cluster of three."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import redis

from helpline.binaries import find_binaries
from helpline.processes import spawn, stop, wait_until

PASSWORD = "valkey's own"
START_SECONDS = 30
SLOTS = 16384
PLAIN = """
bind 127.0.0.1
port {port}
requirepass "{password}"
masterauth "{password}"
daemonize no
dir {directory}
save ""
appendonly no
repl-diskless-sync-delay 0
"""
SENTINEL = """
bind 127.0.0.1
port {port}
daemonize no
dir {directory}
sentinel monitor main 127.0.0.1 {master} 1
sentinel auth-pass main "{password}"
sentinel down-after-milliseconds main 500
sentinel failover-timeout main 3000
"""
CLUSTER = PLAIN + "cluster-enabled yes\ncluster-port {bus}\ncluster-node-timeout 2000\n"


@dataclass
class Server:
    """One Valkey on a port of loopback."""

    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"redis://:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{self.port}/0"

    def ask(self, *command: str | int) -> Any:
        with redis.Redis(port=self.port, password=PASSWORD, decode_responses=True) as client:
            return client.execute_command(*command)

    def info(self, section: str) -> dict[str, Any]:
        with redis.Redis(port=self.port, password=PASSWORD) as client:
            found: dict[str, Any] = client.info(section)
        return found

    def kill(self) -> None:
        stop(self.process, gently=signal.SIGKILL, seconds=10)


def free_ports(count: int) -> list[int]:
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def server(configuration: str = PLAIN, *arguments: str, **values: int) -> Iterator[Server]:
    """Run one; ``values`` fill the configuration."""
    (port,) = free_ports(1)
    directory = Path(tempfile.mkdtemp(prefix="helpline-valkey-"))
    path = directory / "valkey.conf"
    path.write_text(
        configuration.format(port=port, password=PASSWORD, directory=directory, **values), "utf-8"
    )
    with (directory / "log").open("wb") as log:
        process = spawn([str(find_binaries().valkey), str(path), *arguments], log=log)
    try:
        if not wait_until(lambda: _answers(port), seconds=START_SECONDS):
            raise RuntimeError((directory / "log").read_text("utf-8"))
        yield Server(port, process)
    finally:
        stop(process, gently=signal.SIGTERM, seconds=10)
        shutil.rmtree(directory, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@dataclass
class Watched:
    """A master and a replica, and the address at which Sentinel tells which is which."""

    master: Server
    replica: Server
    sentinel: Server
    url: str

    def is_promoted(self) -> bool:
        """Does Sentinel name the replica as the master?"""
        with redis.Redis(port=self.sentinel.port) as asked:
            return bool(asked.sentinel_master("main")["port"] == self.replica.port)


@contextmanager
def under_sentinel() -> Iterator[Watched]:
    """The address names a Sentinel that is not there before the one that is."""
    with server() as master, server() as replica:
        replica.ask("REPLICAOF", "127.0.0.1", master.port)
        with server(SENTINEL, "--sentinel", master=master.port) as sentinel:
            with redis.Redis(port=sentinel.port) as asked:
                assert wait_until(
                    lambda: (
                        replica.info("replication")["master_link_status"] == "up"
                        and len(asked.sentinel_slaves("main")) == 1
                    ),
                    seconds=START_SECONDS,
                )
            (nobody,) = free_ports(1)
            login = PASSWORD.replace(" ", "%20")
            places = f"127.0.0.1:{nobody},127.0.0.1:{sentinel.port}"
            yield Watched(master, replica, sentinel, f"sentinel://:{login}@{places}/main")


@contextmanager
def cluster(count: int = 3) -> Iterator[list[Server]]:
    """That many masters, which have all slots between them."""
    with ExitStack() as stack:
        buses = free_ports(count)
        nodes = [stack.enter_context(server(CLUSTER, bus=bus)) for bus in buses]
        for number, node in enumerate(nodes):
            first, last = SLOTS * number // count, SLOTS * (number + 1) // count - 1
            node.ask("CLUSTER", "ADDSLOTSRANGE", first, last)
            node.ask("CLUSTER", "MEET", "127.0.0.1", nodes[0].port, buses[0])
        assert wait_until(
            lambda: all(_is_whole(node, count) for node in nodes), seconds=START_SECONDS
        )
        yield nodes


def _is_whole(node: Server, count: int) -> bool:
    said = node.ask("CLUSTER", "INFO")
    found = said if isinstance(said, dict) else dict(line.split(":") for line in said.split())
    return (found["cluster_state"], str(found["cluster_known_nodes"])) == ("ok", str(count))
