from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpline.state import InUse, State, read_env_file

SCRIPT = Path(__file__).resolve().parents[2] / "helpline" / "state.py"


def clean(directory: Path) -> tuple[int, str]:
    """Do what `make clean` does, with a bare Python."""
    command = [sys.executable, "-I", str(SCRIPT), "--remove", str(directory)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_env_is_read_back_and_for_the_owner_alone(tmp_path: Path) -> None:
    state = State(tmp_path / "state")

    state.write_env({"A": "1=2", "B": ""})

    assert state.read_env() == {"A": "1=2", "B": ""}
    assert (state.root / "env").stat().st_mode & 0o777 == 0o600
    assert read_env_file(tmp_path / "none") == {}


def test_clean_removes_the_state_and_is_content_with_none(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    state.write_env({"A": "1"})

    assert clean(state.root) == (0, f"Removed {state.root} with all its data.\n")
    assert clean(state.root) == (0, f"{state.root}: nothing to remove.\n")


def test_clean_is_refused_while_it_runs(tmp_path: Path) -> None:
    state = State(tmp_path / "state")

    with state.lock():
        answer = clean(state.root)
        with pytest.raises(InUse):
            state.remove()

    assert answer == (
        1,
        f"Helpline already runs in {state.root} (process {os.getpid()}). Stop it first (Ctrl-C).\n",
    )
    assert state.root.exists()


def test_clean_leaves_alone_what_is_not_its_own(tmp_path: Path) -> None:
    state = State(tmp_path / "state")
    (state.root / "thesis.odt").touch()

    assert clean(state.root) == (
        1,
        f"{state.root} holds thesis.odt, not made here: left alone.\n",
    )
    assert (state.root / "thesis.odt").exists()
