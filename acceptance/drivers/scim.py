"""Runs scim2-tester against one server and prints each check as a line of JSON."""

import json
import sys

from httpx2 import Client
from scim2_client.engines.httpx2 import SyncSCIMClient
from scim2_tester import check_server


def main() -> None:
    base, token = sys.argv[1:]
    with Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as http:
        for result in check_server(SyncSCIMClient(http)):
            check = {
                "title": result.title,
                "resource": result.resource_type,
                "status": result.status.name,
                "reason": result.reason,
            }
            print(json.dumps(check))


if __name__ == "__main__":
    main()
