"""Where things are, and on which core they run."""

from pathlib import Path

BENCHES = Path(__file__).resolve().parent.parent
PROJECT = BENCHES.parent
RESULTS = PROJECT / "artifacts" / "benchmarks"
WORK = RESULTS / "work"  # beside the results, not in /tmp: databases belong on a disk
DOCUMENT = PROJECT / "docs" / "benchmarks.md"
TOOLS = PROJECT / ".tools" / "benches"
OIDC_PROVIDER = BENCHES / "oidc-provider"
PEER = BENCHES / "peer" / "proxy.py"
# What the acceptance tests install.
ACCEPTANCE = PROJECT / "acceptance"
ACCEPTANCE_TOOLS = PROJECT / ".tools" / "acceptance"
EVERYTHING = ACCEPTANCE / "node_modules" / "@modelcontextprotocol" / "server-everything" / "dist" / "index.js"

SYSTEM_CORE = 0
LOAD_CORE = 1
