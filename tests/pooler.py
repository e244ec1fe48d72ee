"""PgBouncer in transaction mode between the application and the engines of the run."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from psycopg.conninfo import conninfo_to_dict

from helpline.binaries import engine_account
from helpline.processes import spawn, stop, wait_until
from tests.engines import Run
from tests.programs import PGBOUNCER

START_SECONDS = 30
PORT = 6432
# Far fewer than the application has of its own: each transaction finds another one.
SERVER_CONNECTIONS = 3
CONFIGURATION = """
[databases]
{databases}
[pgbouncer]
listen_port = {port}
unix_socket_dir = {directory}
auth_type = scram-sha-256
auth_file = {directory}/users
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
"""


@contextmanager
def pooler(run: Run) -> Iterator[dict[str, str]]:
    """Run one; give the addresses by which the application's logins reach it."""
    program, account = PGBOUNCER.needed(), engine_account()
    directory = account.own(Path(tempfile.mkdtemp(prefix="helpline-pooler-")))
    direct = run.variables(run.database)
    logins = {name: direct[name] for name in ("DATABASE_URL", "KEYS_DATABASE_URL")}
    files = {
        "ini": CONFIGURATION.format(
            databases="\n".join(map(_database, logins.values())),
            port=PORT,
            directory=directory,
            size=SERVER_CONNECTIONS,
        ),
        "users": "".join(map(_user, logins.values())),
    }
    for name, text in files.items():
        (directory / name).write_text(text, encoding="utf-8")
        account.own(directory / name)
    with (directory / "log").open("wb") as log:
        process = spawn([program, str(directory / "ini")], log=log, account=account, cwd=directory)
    try:
        listening = directory / f".s.PGSQL.{PORT}"
        if not wait_until(listening.exists, seconds=START_SECONDS):
            raise RuntimeError((directory / "log").read_text("utf-8"))
        yield {name: _through(url, directory) for name, url in logins.items()}
    finally:
        stop(process, gently=signal.SIGTERM, seconds=10)
        shutil.rmtree(directory, ignore_errors=True)


def _database(url: str) -> str:
    parts = conninfo_to_dict(url)
    return f"{parts['dbname']} = host={parts['host']} port={parts.get('port', 5432)}"


def _user(url: str) -> str:
    # In clear, so that the pooler can prove to the server that it knows the password.
    parts = urlsplit(url)
    return f'"{unquote(parts.username or "")}" "{unquote(parts.password or "")}"\n'


def _through(url: str, directory: Path) -> str:
    parts = urlsplit(url)
    login = parts.netloc.rpartition("@")[0]
    return f"postgres://{login}@:{PORT}{parts.path}?host={quote(str(directory))}"
