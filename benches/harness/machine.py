"""What the run ran on, and what was run."""

import os
import platform
import re
import subprocess
from pathlib import Path

from harness.install import Programs
from harness.places import OIDC_PROVIDER, PROJECT


def describe() -> dict[str, str]:
    """Processor, cores, memory and kernel."""
    processor = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text())
    return {
        "processor": processor.group(1) if processor else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{int(memory.group(1)) / 1024**2:.0f} GiB" if memory else "unknown",
        "kernel": platform.release(),
        "system": _system(),
    }


def versions(programs: Programs) -> dict[str, str]:
    """Of everything that was measured or measured with."""
    lock = (OIDC_PROVIDER / "package-lock.json").read_text()
    provider = re.search(r'"node_modules/oidc-provider": \{\s*"version": "([^"]+)"', lock)
    return {
        "doorward": f"{_last_word([programs.doorward, '--version'])} at {_commit()}",
        "rustc": _first_line(["rustc", "--version"]).split()[1],
        "nginx": _first_line([programs.nginx, "-v"]).rpartition("/")[2],
        "wrk": _first_line([programs.wrk, "-v"]).split()[1],
        "fastmcp": _first_line([programs.python, "-c", "import fastmcp; print(fastmcp.__version__)"]),
        "node": _first_line([programs.node, "--version"]),
        "oidc-provider": provider.group(1) if provider else "unknown",
    }


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except OSError:
        return platform.system()


def _commit() -> str:
    commit = _first_line(["git", "-C", PROJECT, "rev-parse", "--short", "HEAD"])
    changed = _first_line(["git", "-C", PROJECT, "status", "--porcelain", "--", "crates", "Cargo.lock"])
    return f"{commit} with changes" if changed else commit


def _last_word(command: list[object]) -> str:
    return (_first_line(command).split() or ["unknown"])[-1]


def _first_line(command: list[object]) -> str:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    return next(iter((done.stdout + done.stderr).splitlines()), "")
