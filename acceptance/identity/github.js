#!/usr/bin/env node
/**
 * Something that speaks GitHub's sign-in and the part of its API that tells who somebody is.
 *
 *   node identity/github.js --port 9401 --door http://127.0.0.1:8080
 *
 * As a GitHub Enterprise Server: pages at the root, the API below `/api/v3`. Lists come in pages,
 * and what matters is on the second one.
 */
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { Behaviour, whoIsIt } from './control.js';

const { values: options } = parseArgs({ options: { port: { type: 'string' }, door: { type: 'string' } } });
const ID = 'github-client';
const SECRET = 'a secret of the acceptance tests';
const many = (count, make) => Array.from({ length: count }, (_, number) => make(number));
const OTHERS = many(100, (number) => ({ login: `other-${number}` }));

const PEOPLE = {
  octavia: {
    user: { id: 4711, login: 'octavia', name: 'Octavia Committer' },
    emails: [...many(100, (number) => ({ email: `old-${number}@mail.example`, primary: false, verified: false })),
      { email: 'octavia@mail.example', primary: true, verified: true }],
    orgs: [...OTHERS, { login: 'acme' }],
    teams: [{ slug: 'door', organization: { login: 'acme' } }],
  },
  oscar: {
    user: { id: 4712, login: 'oscar', name: 'Oscar Outsider' },
    emails: [{ email: 'oscar@mail.example', primary: true, verified: true }],
    orgs: OTHERS,
    teams: [],
  },
};

const behaviour = new Behaviour();
const codes = new Map();
const tokens = new Map();

async function answer(request, response) {
  if (await behaviour.answered(request, response)) return;
  const url = new URL(request.url, 'http://127.0.0.1');
  const form = request.method === 'POST' ? new URLSearchParams(await text(request)) : new URLSearchParams();
  const api = url.pathname.startsWith('/api/v3/') ? url.pathname.slice('/api/v3'.length) : null;
  if (api) return tell(request, response, api, url.searchParams);
  if (url.pathname === '/login/oauth/authorize') return signIn(response, url, form);
  if (url.pathname === '/login/oauth/access_token') return redeem(response, form);
  response.writeHead(404).end();
}

/** Asks who it is, and sends them back with a code. */
function signIn(response, url, form) {
  const redirect = url.searchParams.get('redirect_uri');
  if (url.searchParams.get('client_id') !== ID || redirect !== `${options.door}/login/github/callback`) {
    response.writeHead(400).end('wrong client or redirect');
    return;
  }
  if (!PEOPLE[form.get('name')]) {
    response.writeHead(200, { 'content-type': 'text/html' }).end(whoIsIt('Sign in to the code', url.pathname + url.search));
    return;
  }
  const code = randomBytes(10).toString('hex');
  const { code_challenge: challenge } = Object.fromEntries(url.searchParams);
  codes.set(code, { name: form.get('name'), redirect, challenge });
  const back = new URL(redirect);
  back.searchParams.set('code', code);
  back.searchParams.set('state', url.searchParams.get('state'));
  response.writeHead(302, { location: back.href }).end();
}

/** A token for a code, once. Errors come with status 200, as GitHub has it. */
function redeem(response, form) {
  const code = codes.get(form.get('code'));
  codes.delete(form.get('code'));
  const known = form.get('client_id') === ID && form.get('client_secret') === SECRET;
  if (!code || !known || (form.has('redirect_uri') && form.get('redirect_uri') !== code.redirect)) {
    return json(response, { error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' });
  }
  const token = `gho_${randomBytes(18).toString('hex')}`;
  tokens.set(token, code.name);
  return json(response, { access_token: token, token_type: 'bearer', scope: 'read:org,user:email' });
}

/** What the API says of whoever holds the token. */
function tell(request, response, path, query) {
  const name = tokens.get(/^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1]);
  if (!name) return json(response, { message: 'Bad credentials' }, 401);
  const person = PEOPLE[behaviour.lie === 'somebody else' ? 'oscar' : name];
  if (path === '/user') return json(response, person.user);
  const lists = { '/user/emails': person.emails, '/user/orgs': person.orgs, '/user/teams': person.teams };
  if (!lists[path]) return json(response, { message: 'Not Found' }, 404);
  const size = Math.min(Number(query.get('per_page') ?? 30), 100);
  const first = (Number(query.get('page') ?? 1) - 1) * size;
  return json(response, lists[path].slice(first, first + size));
}

function json(response, value, status = 200) {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(value));
}

createServer(answer).listen(Number(options.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${options.port}`));
