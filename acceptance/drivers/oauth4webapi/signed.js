/** RFC 9101: authorization requests that their client signed. */
import * as oauth from 'oauth4webapi';
import { must, refused, step } from '../story.js';
import { LOOPBACK, refusedWith } from './door.js';

export async function tell(door) {
  for (const algorithm of door.server.request_object_signing_alg_values_supported) await tellOf(door, algorithm);
}

async function tellOf(door, algorithm) {
  const { privateKey, publicKey } = await oauth.generateKeyPair(algorithm, { extractable: true });
  const own = { key: privateKey, kid: `acceptance-${algorithm}` };
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: own.kid, alg: algorithm, use: 'sig' };
  const authentication = oauth.PrivateKeyJwt(own);
  let client;

  const sign = (parameters, change = () => {}, key = own) =>
    oauth.issueRequestObject(door.server, client, parameters, key, { [oauth.modifyAssertion]: change });
  const come = async (request, signed, beside = {}) =>
    door.authorize(client, request, { parameters: { client_id: client.client_id, request: signed, ...beside } });

  await step(`${algorithm}: signs a request, and gets what was signed`, async () => {
    const metadata = { token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } };
    client = await door.register(metadata);
    const request = await door.request(client, { scope: 'mcp:read' });
    const signed = await sign(request.parameters);
    const answer = await come(request, signed, { scope: 'mcp:read mcp:write' });
    const tokens = await door.redeem(client, authentication, answer, request.verifier);
    must(tokens.scope === 'mcp:read', tokens.scope);
  });

  await step(`${algorithm}: cannot use it twice`, async () => {
    const request = await door.request(client);
    const signed = await sign(request.parameters);
    await come(request, signed);
    const reason = await refused(come(request, signed)); // A-081, AZ-16
    must(/4\d\d at \/authorize/.test(reason), reason);
  });

  await step(`${algorithm}: pushes it`, async () => {
    const request = await door.request(client);
    const parameters = { client_id: client.client_id, request: await sign(request.parameters) };
    const sent = await oauth.pushedAuthorizationRequest(door.server, client, authentication, parameters, LOOPBACK);
    const { request_uri } = await oauth.processPushedAuthorizationResponse(door.server, client, sent);
    const answer = await door.authorize(client, request, { parameters: { client_id: client.client_id, request_uri } });
    await door.redeem(client, authentication, answer, request.verifier);
  });

  const refuses = async (what, signing) => {
    const request = await door.request(client);
    const parameters = { client_id: client.client_id, request: await signing(request.parameters) };
    const sent = async () => {
      const response = await oauth.pushedAuthorizationRequest(door.server, client, authentication, parameters, LOOPBACK);
      return oauth.processPushedAuthorizationResponse(door.server, client, response);
    };
    return refusedWith('invalid_request_object', sent());
  };
  const other = await oauth.generateKeyPair(algorithm);
  for (const [what, signing] of Object.entries({
    'that another key signed': (given) => sign(given, undefined, { ...own, key: other.privateKey }),
    'for somebody else': (given) => sign(given, (header, payload) => void (payload.aud = 'https://elsewhere.example')),
    'that has expired': (given) => sign(given, (header, payload) => void (payload.exp = 1)),
  })) {
    await step(`${algorithm}: is refused a request ${what}`, () => refuses(what, signing));
  }
}
