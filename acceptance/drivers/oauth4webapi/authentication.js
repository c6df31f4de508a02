/** RFC 6749 section 2.3, RFC 7523: the registered way of authentication, and no other. */
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { refusedWith } from './door.js';

export async function tell(door) {
  const ways = {
    client_secret_basic: oauth.ClientSecretBasic,
    client_secret_post: oauth.ClientSecretPost,
  };
  for (const [method, authenticate] of Object.entries(ways)) await tellOf(door, method, authenticate);
  const algorithms = door.server.token_endpoint_auth_signing_alg_values_supported;
  must(algorithms?.length > 0, 'no algorithm for assertions'); // X-002
  for (const algorithm of algorithms) await tellOfAssertions(door, algorithm);
}

async function tellOf(door, method, authenticate) {
  let client, right, tokens;

  await step(`${method}: registers and gets a secret`, async () => {
    client = await door.register({ token_endpoint_auth_method: method });
    must(client.client_secret && client.client_secret_expires_at === 0, JSON.stringify(client));
    right = authenticate(client.client_secret);
  });

  await step(`${method}: signs in, refreshes, calls`, async () => {
    tokens = await door.tokens(client, right);
    tokens = await door.refresh(client, right, tokens.refresh_token);
    await door.call(tokens.access_token);
  });

  await step(`${method}: is refused with another secret`, () =>
    refusedWith('invalid_client', door.refresh(client, authenticate('wrong'), tokens.refresh_token)),
  );

  await step(`${method}: is refused without a secret`, () =>
    refusedWith('invalid_client', door.refresh(client, oauth.None(), tokens.refresh_token)), // TK-01
  );

  await step(`${method}: revokes, and cannot refresh any more`, async () => {
    await door.revoke(client, right, tokens.refresh_token);
    return refusedWith('invalid_grant', door.refresh(client, right, tokens.refresh_token));
  });
}

async function tellOfAssertions(door, algorithm) {
  const { privateKey, publicKey } = await oauth.generateKeyPair(algorithm, { extractable: true });
  const kid = `acceptance-${algorithm}`;
  const own = { key: privateKey, kid };
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid, alg: algorithm, use: 'sig' };
  const assert = (change = () => {}, key = own) => oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: change });
  const name = `private_key_jwt, ${algorithm}`;
  let client, tokens;
  const refuses = (authentication) =>
    refusedWith('invalid_client', door.refresh(client, authentication, tokens.refresh_token));

  await step(`${name}: registers its keys, signs in, refreshes, calls`, async () => {
    client = await door.register({ token_endpoint_auth_method: 'private_key_jwt', jwks: { keys: [jwk] } });
    must(client.client_secret === undefined, 'it got a secret');
    tokens = await door.tokens(client, assert());
    tokens = await door.refresh(client, assert(), tokens.refresh_token);
    await door.call(tokens.access_token);
  });

  await step(`${name}: is refused with another key, and without any`, async () => {
    const other = await oauth.generateKeyPair(algorithm);
    await refuses(assert(undefined, { key: other.privateKey, kid })); // A-046, TK-08
    return refuses(oauth.None()); // TK-01
  });

  await step(`${name}: is refused an assertion that it used before`, async () => {
    const again = assert((header, payload) => void (payload.jti = 'the same twice'));
    tokens = await door.refresh(client, again, tokens.refresh_token);
    return refuses(again); // A-046, TK-11
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  for (const [what, change] of Object.entries({
    'for somebody else': (header, payload) => void (payload.aud = 'https://elsewhere.example'),
    'of somebody else': (header, payload) => void (payload.iss = 'another'),
    'that has expired': (header, payload) => void (payload.exp = seconds() - 120),
    'that hardly ever expires': (header, payload) => void (payload.exp = seconds() + 365 * 24 * 3600),
    'without an expiry': (header, payload) => void delete payload.exp,
    'without an identifier': (header, payload) => void delete payload.jti,
  })) {
    await step(`${name}: is refused an assertion ${what}`, () => refuses(assert(change))); // A-046, TK-11
  }

  await step(`${name}: revokes, and cannot refresh any more`, async () => {
    await door.revoke(client, assert(), tokens.refresh_token);
    return refusedWith('invalid_grant', door.refresh(client, assert(), tokens.refresh_token));
  });
}
