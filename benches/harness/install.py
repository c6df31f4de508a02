"""Puts the benchmark's programs in place: nginx, wrk, Node.js, oidc-provider, our own two."""

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from harness.places import ACCEPTANCE, ACCEPTANCE_TOOLS, BENCHES, EVERYTHING, OIDC_PROVIDER, PROJECT, TOOLS

_MINIMUM_NODE = 22
_PACKAGES = {"nginx": "nginx-light", "wrk": "wrk", "taskset": "util-linux"}


@dataclass(frozen=True)
class Programs:
    """Every program that a run needs."""

    nginx: Path
    wrk: Path
    node: Path
    python: Path  # with FastMCP
    doorward: Path
    bench: Path


def install(profile: str) -> Programs:
    """Installs and builds what is missing or old; says what an administrator must do otherwise."""
    found = {name: _program(name) for name in _PACKAGES}
    node = _node()
    _oidc_provider(node)
    return Programs(
        nginx=found["nginx"],
        wrk=found["wrk"],
        node=node,
        python=_python(),
        doorward=_build(PROJECT, "doorward", profile, "--package", "doorward"),
        bench=_build(BENCHES / "tools", "doorward-bench", "release"),
    )


def _program(name: str) -> Path:
    search = f"{os.environ.get('PATH', '')}:/usr/local/sbin:/usr/sbin:/sbin"
    if found := shutil.which(name, path=search):
        return Path(found)
    package = _PACKAGES[name]
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(f"{name} is missing: install it (Debian: apt-get install {package}) and run again")
    print(f"installing {package}", flush=True)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}  # no daemon is started
    for words in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        subprocess.run(["apt-get", *words], check=True, env=environment, stdout=subprocess.DEVNULL)
    return Path(shutil.which(name, path=search) or f"/usr/sbin/{name}")


def _node() -> Path:
    """The Node.js that the acceptance tests install, so that both measure the same one."""
    ours = ACCEPTANCE_TOOLS / "bin" / "node"
    if ours.exists():
        return ours
    if (found := shutil.which("node")) and shutil.which("npm"):
        version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.removeprefix("v").split(".")[0]) >= _MINIMUM_NODE:
            return Path(found)
    subprocess.run([ACCEPTANCE / "install"], check=True)
    return ours


def _python() -> Path:
    """The Python with FastMCP, and server-everything beside it, which the acceptance tests install as well."""
    ours = ACCEPTANCE_TOOLS / "venv" / "bin" / "python"
    has_peer = ours.exists() and subprocess.run([ours, "-c", "import fastmcp"], capture_output=True).returncode == 0
    if not (has_peer and EVERYTHING.exists()):
        subprocess.run([ACCEPTANCE / "install"], check=True)
    return ours


def _oidc_provider(node: Path) -> None:
    lock = (OIDC_PROVIDER / "package-lock.json").read_bytes()
    stamp, digest = TOOLS / "oidc-provider.stamp", hashlib.sha256(lock).hexdigest()
    if (OIDC_PROVIDER / "node_modules").is_dir() and stamp.exists() and stamp.read_text() == digest:
        return
    print("installing oidc-provider", flush=True)
    path = f"{node.parent}:{os.environ.get('PATH', '')}"
    command = ["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(command, cwd=OIDC_PROVIDER, env=os.environ | {"PATH": path}, check=True)
    TOOLS.mkdir(parents=True, exist_ok=True)
    stamp.write_text(digest)


def _build(folder: Path, name: str, profile: str, *more: str) -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target")).resolve()
    command = ["cargo", "build", "--quiet", "--locked", "--profile", profile, *more]
    print(f"building {name} ({profile})", flush=True)
    subprocess.run(command, cwd=folder, env=os.environ | {"CARGO_TARGET_DIR": str(target)}, check=True)
    return target / ("debug" if profile == "dev" else profile) / name
