/**
 * An identity provider as the conformance suite mocks one: it knows one person, and exchanges
 * their ID token for an ID-JAG (RFC 8693, enterprise-managed authorization).
 *
 *   node drivers/machines/identity-provider.js PORT KEYS-FILE
 *
 * Writes its public keys into the file and serves until it is ended. The client identifier at
 * the provider is `at-` and the one at the authorization server.
 */
import { createServer } from 'node:http';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';

const [port, file] = process.argv.slice(2);
const origin = `http://127.0.0.1:${port}`;
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ID_JAG = 'urn:ietf:params:oauth:token-type:id-jag';
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token';
const PERSON = { sub: '00u1', token: 'id-token-of-00u1' };

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const key = { ...publicKey.export({ format: 'jwk' }), kid: 'idp-1', alg: 'ES256', use: 'sig' };
writeFileSync(file, JSON.stringify({ keys: [key] }));

function idJag(form) {
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'ES256', kid: key.kid, typ: 'oauth-id-jag+jwt' };
  const claims = {
    iss: origin,
    sub: PERSON.sub,
    aud: form.get('audience'),
    client_id: form.get('client_id').replace(/^at-/, ''),
    resource: form.get('resource'),
    scope: form.get('scope') ?? 'mcp:read mcp:write',
    jti: randomUUID(),
    iat: now,
    exp: now + 300,
  };
  const encode = (json) => Buffer.from(JSON.stringify(json)).toString('base64url');
  const signed = `${encode(header)}.${encode(claims)}`;
  const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return `${signed}.${signature.toString('base64url')}`;
}

function exchange(form) {
  const wanted = {
    grant_type: EXCHANGE,
    requested_token_type: ID_JAG,
    subject_token_type: ID_TOKEN,
    subject_token: PERSON.token,
  };
  const wrong = Object.entries(wanted).find(([name, value]) => form.get(name) !== value);
  const missing = ['audience', 'resource', 'client_id'].find((name) => !form.get(name));
  if (wrong || missing) return [400, { error: 'invalid_request', error_description: `${missing ?? wrong[0]}` }];
  const token = idJag(form);
  return [200, { access_token: token, issued_token_type: ID_JAG, token_type: 'N_A', expires_in: 300 }];
}

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', () => {
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const metadata = {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      response_types_supported: ['code'],
    };
    const [status, body] =
      request.url === '/token' && request.method === 'POST' ? exchange(form)
      : request.url.startsWith('/.well-known/') ? [200, metadata]
      : [404, {}];
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
}).listen(Number(port), '127.0.0.1');
