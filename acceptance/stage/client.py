"""The smallest OAuth client: discovers, registers, asks the user, redeems. For judges that need a token."""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from urllib.parse import parse_qs, urlencode, urlsplit

from stage import http
from stage.user import User

REDIRECT = "http://127.0.0.1:9/callback"  # nobody listens there: the user stops before it


@dataclass
class Client:
    """A public client, registered dynamically."""

    metadata: dict
    resource: str
    scope: str
    client_id: str
    redirect: str
    verifier: str

    @classmethod
    def register(cls, endpoint: str, redirect: str = REDIRECT, name: str = "Acceptance") -> "Client":
        """Goes the way from a refused request to a registration (RFC 9728, 8414, 7591)."""
        challenge = http.post_json(endpoint, {"jsonrpc": "2.0", "id": 1, "method": "ping"}).headers["WWW-Authenticate"]
        resource = http.request(_parameter(challenge, "resource_metadata")).json()
        issuer = resource["authorization_servers"][0]
        metadata = http.request(f"{issuer}/.well-known/oauth-authorization-server").json()
        wanted = {
            "client_name": name,
            "redirect_uris": [redirect],
            "grant_types": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_method": "none",
        }
        registered = http.post_json(metadata["registration_endpoint"], wanted)
        if registered.status != 201:
            raise RuntimeError(f"registration: {registered.status} {registered.body[:300]}")
        scope = " ".join(resource.get("scopes_supported", []))
        client_id = registered.json()["client_id"]
        return cls(metadata, resource["resource"], scope, client_id, redirect, secrets.token_urlsafe(48))

    def authorization_url(self, **changed: str) -> str:
        """Where to send the user; `changed` parameters replace the right ones."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "scope": self.scope,
            "state": "acceptance",
            "resource": self.resource,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        return f"{self.metadata['authorization_endpoint']}?{urlencode(parameters | changed)}"

    def token(self, user: User) -> str:
        """An access token, once the user agreed."""
        back = parse_qs(urlsplit(user.authorize(self.authorization_url())).query)
        if "code" not in back:
            raise RuntimeError(f"authorization was refused: {back}")
        fields = {
            "grant_type": "authorization_code",
            "code": back["code"][0],
            "client_id": self.client_id,
            "redirect_uri": self.redirect,
            "code_verifier": self.verifier,
            "resource": self.resource,
        }
        answer = http.post_form(self.metadata["token_endpoint"], fields)
        if answer.status != 200:
            raise RuntimeError(f"token: {answer.status} {answer.body[:300]}")
        return answer.json()["access_token"]


def _parameter(challenge: str, name: str) -> str:
    _, found, rest = challenge.partition(f'{name}="')
    if not found:
        raise RuntimeError(f"no {name} in the challenge {challenge!r}")
    return rest.partition('"')[0]
