#!/usr/bin/env node
/**
 * A real OpenID Provider (npm `oidc-provider`) with a few people, for Doorward to rely on.
 *
 *   node identity/openid-provider.js --port 9400 --door http://127.0.0.1:8080 --name corp
 *
 * People sign in by name alone. `POST /control` takes an endpoint down (`{"down": "/token"}`),
 * changes the keys (`{"rotate": true}`), makes the UserInfo endpoint name somebody else
 * (`{"lie": "userinfo"}`) or the token endpoint talk nonsense (`{"lie": "nonsense"}`).
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { parseArgs } from 'node:util';
import { Provider } from 'oidc-provider';
import { Behaviour, whoIsIt } from './control.js';

const { values: options } = parseArgs({ options: { port: { type: 'string' }, door: { type: 'string' }, name: { type: 'string' } } });
const issuer = `http://127.0.0.1:${options.port}`;

const PEOPLE = {
  carol: { name: 'Carol Corporate', preferred_username: 'carol', email: 'carol@corp.example', email_verified: true, groups: ['staff', 'admins'] },
  dave: { name: 'Dave Visitor', preferred_username: 'dave', email: 'dave@elsewhere.example', email_verified: true, groups: ['visitors'] },
  erin: { name: 'Erin Twice', preferred_username: 'erin', email: 'erin@corp.example', email_verified: true, groups: ['staff'] },
};

const behaviour = new Behaviour();
let kept = new Map();
let provider;

/** The provider anew, with other keys and the same memory. */
function renew() {
  const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
  provider = new Provider(issuer, {
    adapter: Memory,
    jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig', kid: randomBytes(6).toString('hex') }] },
    cookies: { keys: ['cookies of a test'] },
    clients: [
      {
        client_id: 'doorward',
        client_secret: 'a secret of the acceptance tests',
        redirect_uris: [`${options.door}/login/${options.name}/callback`],
        post_logout_redirect_uris: [`${options.door}/`],
        backchannel_logout_uri: `${options.door}/login/${options.name}/backchannel-logout`,
        backchannel_logout_session_required: true,
        grant_types: ['authorization_code', 'refresh_token'],
        id_token_signed_response_alg: 'ES256',
      },
    ],
    claims: { openid: ['sub'], profile: ['name', 'preferred_username'], email: ['email', 'email_verified'], groups: ['groups'] },
    conformIdTokenClaims: false,
    findAccount: (_context, id) => PEOPLE[id] && { accountId: id, claims: () => ({ sub: id, ...PEOPLE[id] }) },
    issueRefreshToken: () => true,
    fetch: (url, { dispatcher: _, ...options }) => globalThis.fetch(url, options), // which keeps it from this very machine
    interactions: { url: (_context, interaction) => `/who/${interaction.uid}` },
    features: {
      devInteractions: { enabled: false },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
    },
  });
  provider.use(interact);
  provider.use(mislead);
  provider.on('server_error', (_context, error) => console.error(error));
  provider.on('backchannel.error', (_context, error) => console.error('back-channel logout:', error.message));
}

/** Asks who it is, and grants what was asked for. */
async function interact(context, next) {
  if (!context.path.startsWith('/who/')) return next();
  const details = await provider.interactionDetails(context.req, context.res);
  if (details.prompt.name === 'login' && context.method === 'GET') {
    context.type = 'html';
    context.body = whoIsIt('The corporation', context.path);
    return;
  }
  const accountId = details.session?.accountId ?? new URLSearchParams(await body(context.req)).get('name');
  const grant = new provider.Grant({ accountId, clientId: details.params.client_id });
  grant.addOIDCScope(details.params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  context.redirect(await provider.interactionResult(context.req, context.res, result, { mergeWithLastSubmission: true }));
}

/** Tells what a test wants it to tell. */
async function mislead(context, next) {
  await next();
  if (behaviour.lie === 'userinfo' && context.path === '/me') context.body = { ...context.body, sub: 'somebody-else' };
  if (behaviour.lie === 'nonsense' && context.path === '/token') {
    context.status = 200;
    context.type = 'html';
    context.body = '<h1>Nonsense</h1>';
  }
}

async function body(request) {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString();
}

/** Everything in memory, whatever the keys. */
class Memory {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload) {
    kept.set(`${this.model}:${id}`, payload);
  }

  async find(id) {
    return kept.get(`${this.model}:${id}`);
  }

  async findByUid(uid) {
    return [...kept].find(([key, payload]) => key.startsWith(`${this.model}:`) && payload.uid === uid)?.[1];
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    kept.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId(grantId) {
    kept = new Map([...kept].filter(([, payload]) => payload.grantId !== grantId));
  }
}

renew();
const server = createServer(async (request, response) => {
  const changed = async (wanted) => wanted.rotate && renew();
  if (!(await behaviour.answered(request, response, changed))) provider.callback()(request, response);
});
server.listen(Number(options.port), '127.0.0.1', () => console.log(issuer));
