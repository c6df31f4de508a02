/**
 * The official TypeScript clients, through the story in README.md.
 *
 *   node drivers/typescript.js ENDPOINT --sdk 2     @modelcontextprotocol/client
 *   node drivers/typescript.js ENDPOINT --sdk 1     @modelcontextprotocol/sdk
 *   node drivers/typescript.js ENDPOINT --dpop      @modelcontextprotocol/client, proving a key
 *   node drivers/typescript.js ENDPOINT --cimd URL  known by the document at URL, without registering
 */
import { parseArgs } from 'node:util';
import { Wallet } from './wallet.js';
import { ask, done, must, refused, step } from './story.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { sdk: { type: 'string', default: '2' }, dpop: { type: 'boolean', default: false }, cimd: { type: 'string' } },
});
const endpoint = new URL(positionals[0]);
const sdk = options.sdk === '1' ? await firstGeneration() : await import('@modelcontextprotocol/client');
const { Client, StreamableHTTPClientTransport, auth } = sdk;

async function firstGeneration() {
  const parts = ['index', 'streamableHttp', 'auth'].map((part) => import(`@modelcontextprotocol/sdk/client/${part}.js`));
  return Object.assign({}, ...(await Promise.all(parts)));
}

// Clients of 2026-07-28 try the stateless era first and fall back to sessions.
const negotiation = options.sdk === '1' ? {} : { versionNegotiation: { mode: 'auto' } };

async function connect(wallet) {
  const client = new Client({ name: `acceptance-typescript-${options.sdk}`, version: '1' }, negotiation);
  const transport = new StreamableHTTPClientTransport(endpoint, { authProvider: wallet });
  wallet.transport = transport;
  await client.connect(transport);
  return client;
}

const revision = (client) => client.getNegotiatedProtocolVersion?.() ?? client.transport.protocolVersion;

async function callSomething(client) {
  const { tools } = await client.listTools();
  must(tools.length > 0, 'no tools');
  const echo = tools.some((tool) => tool.name === 'echo');
  const call = echo ? { name: 'echo', arguments: { message: 'hello' } } : { name: 'test_simple_text', arguments: {} };
  const result = await client.callTool(call);
  must(!result.isError && result.content[0].text.length > 0, JSON.stringify(result));
  return `${tools.length} tools, ${call.name}, revision ${revision(client)}`;
}

/** Connects with what is stored, as a program that was started again, and calls. */
async function comeBack(store) {
  const client = await connect(new Wallet(store, session, options.cimd));
  const called = await callSomething(client);
  return { client, called };
}

const session = options.dpop ? await sdk.DpopSession.create() : undefined;
const store = {};
const wallet = new Wallet(store, session, options.cimd);
let client;

await step('is refused without a token', async () => {
  const reason = await refused(connect(wallet));
  must(store.url, `no authorization was asked for: ${reason}`);
  return reason;
});

await step('signs in', async () => {
  const { callback } = await ask('sign-in', { url: store.url });
  const answer = new URL(callback).searchParams;
  must(answer.get('state') === store.state, 'another state came back');
  must(answer.get('iss'), 'no iss came back');
  await wallet.transport.finishAuth(options.sdk === '1' ? answer.get('code') : answer);
  client = await connect(wallet);
});

await step('holds a token of the kind that it asked for', async () => {
  const kind = store.tokens.token_type.toLowerCase();
  must(kind === (session ? 'dpop' : 'bearer'), kind);
  if (!session) return kind;
  const { access_token } = store.tokens;
  const thief = await fetch(endpoint, { method: 'POST', headers: { Authorization: `Bearer ${access_token}` } });
  must(thief.status === 401, `as a bearer token it got ${thief.status}`);
  const { cnf } = JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url'));
  must(cnf.jkt === session.thumbprint, 'it is bound to another key');
  return kind;
});

if (options.cimd) {
  await step('is known by its document', () => {
    must(store.client.client_id === options.cimd, store.client.client_id);
    return store.client.client_id;
  });
}

await step('lists and calls', () => callSomething(client));

await step('holds a refresh token', () => {
  must(store.tokens.refresh_token, 'none');
  return `expires in ${store.tokens.expires_in} s, scope ${store.tokens.scope}`;
});

await step('refreshes when its access token is refused', async () => {
  const before = store.tokens;
  store.tokens = { ...before, access_token: `${before.access_token.slice(0, -8)}AAAAAAAA` };
  const { client: next, called } = await comeBack(store);
  await next.close();
  must(store.tokens.access_token !== before.access_token, 'the old access token is back');
  must(store.tokens.refresh_token !== before.refresh_token, 'the refresh token was not rotated');
  return called;
});

await step('refreshes of its own accord', async () => {
  const before = store.tokens;
  const result = await auth(new Wallet(store, session, options.cimd), { serverUrl: endpoint });
  must(result === 'AUTHORIZED', result);
  must(store.tokens.refresh_token !== before.refresh_token, 'the refresh token was not rotated');
});

await step('comes back with stored tokens', async () => {
  const { access_token } = store.tokens;
  const { client: next, called } = await comeBack(store);
  await next.close();
  must(store.tokens.access_token === access_token, 'it had to refresh');
  return called;
});

await step('keeps its connection over a restart, or is told that its session ended', async () => {
  await ask('restart');
  try {
    return await callSomething(client);
  } catch (error) {
    must(error.code === 404 || error.status === 404 || /404|session/i.test(error.message), error.message);
    return `session ended: ${error.message}`.slice(0, 120);
  }
});

await step('comes back after a restart', async () => {
  const { access_token } = store.tokens;
  const { client: next, called } = await comeBack(store);
  client = next;
  must(store.tokens.access_token === access_token, 'its access token died with the restart');
  return called;
});

await step('refreshes after a restart', async () => {
  const before = store.tokens;
  await auth(new Wallet(store, session, options.cimd), { serverUrl: endpoint });
  must(store.tokens.refresh_token !== before.refresh_token, 'the refresh token was not rotated');
});

await step('is refused after revocation, on the open connection', async () => {
  await ask('revoke', { tokens: store.tokens, client_id: store.client.client_id });
  return refused(callSomething(client));
});

await step('is refused after revocation, on a new connection', async () => {
  const last = new Wallet(store, session, options.cimd);
  const reason = await refused(connect(last));
  must(last.prompts > 0, `it did not come to asking for a new sign-in: ${reason}`);
  return reason;
});

done();
