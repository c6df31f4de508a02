"""Where things are: the project's folders and the programs that `install` put there."""

import os
from pathlib import Path

ACCEPTANCE = Path(__file__).resolve().parent.parent
PROJECT = ACCEPTANCE.parent
SCREENS = PROJECT / "artifacts" / "screens"
BIN = PROJECT / ".tools" / "acceptance" / "bin"
PYTHON = PROJECT / ".tools" / "acceptance" / "venv" / "bin" / "python"
NODE = BIN / "node"
RMCP = PROJECT / ".tools" / "acceptance" / "rmcp" / "debug"
CONFORMANCE = ACCEPTANCE / "node_modules" / "@modelcontextprotocol" / "conformance" / "dist" / "index.js"


def doorward_binary() -> Path:
    """The binary under test: `DOORWARD_BIN`, or the development build."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", PROJECT / "target"))
    binary = Path(os.environ.get("DOORWARD_BIN", target / "debug" / "doorward")).resolve()
    if not binary.is_file():
        raise SystemExit(f"no binary at {binary}: run `cargo build -p doorward`, or set DOORWARD_BIN")
    return binary


def environment() -> dict[str, str]:
    """This process's environment with our Node.js first, and without proxies (all is loopback)."""
    kept = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    return kept | {"PATH": f"{BIN}:{kept.get('PATH', '')}", "PYTHONUNBUFFERED": "1"}
