/**
 * The official TypeScript clients, through the story of a pair in README.md.
 *
 *   node drivers/pairs/typescript.js ENDPOINT PLAN --sdk 2         @modelcontextprotocol/client
 *   node drivers/pairs/typescript.js ENDPOINT PLAN --sdk 1         @modelcontextprotocol/sdk
 *   node drivers/pairs/typescript.js ENDPOINT PLAN --sdk 1 --sse   the same over HTTP+SSE
 */
import { parseArgs } from 'node:util';
import { ask, done, must, refused, step } from '../story.js';
import { Wallet } from '../wallet.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { sdk: { type: 'string', default: '2' }, sse: { type: 'boolean', default: false } },
});
const endpoint = new URL(positionals[0]);
const plan = JSON.parse(positionals[1]);
const first = options.sdk === '1';
const sdk = first ? await firstGeneration() : await import('@modelcontextprotocol/client');
const Transport = options.sse ? sdk.SSEClientTransport : sdk.StreamableHTTPClientTransport;

async function firstGeneration() {
  const parts = ['client/index', 'client/streamableHttp', 'client/sse', 'types'].map((part) => import(`@modelcontextprotocol/sdk/${part}.js`));
  return Object.assign({}, ...(await Promise.all(parts)));
}

// Clients of 2026-07-28 try the stateless era first; HTTP+SSE has sessions only.
const negotiation = first || options.sse ? {} : { versionNegotiation: { mode: 'auto' } };
const asked = [];

function host() {
  const capabilities = { elicitation: {}, sampling: {}, roots: {} };
  const client = new sdk.Client({ name: `acceptance-pair-${options.sdk}`, version: '1' }, { capabilities, ...negotiation });
  const { form, model, root } = plan.answers;
  const answer = (what, method, schema, result) =>
    client.setRequestHandler(first ? sdk[schema] : method, () => {
      asked.push(what);
      return result;
    });
  answer('form', 'elicitation/create', 'ElicitRequestSchema', { action: 'accept', content: form });
  answer('model', 'sampling/createMessage', 'CreateMessageRequestSchema', {
    role: 'assistant',
    content: { type: 'text', text: model },
    model: 'acceptance',
    stopReason: 'endTurn',
  });
  answer('root', 'roots/list', 'ListRootsRequestSchema', { roots: [{ uri: root, name: 'acceptance' }] });
  return client;
}

async function connect(authProvider) {
  const client = host();
  const transport = new Transport(endpoint, { authProvider });
  if (authProvider) authProvider.transport = transport;
  await client.connect(transport);
  return client;
}

/** Looks for words in a result, wherever they are. */
function says(result, words) {
  const text = JSON.stringify(result);
  must(text.includes(words), `does not say ${JSON.stringify(words)}: ${text.slice(0, 400)}`);
}

async function callTool({ name, arguments: given = {}, says: words }, more) {
  const result = await (first ? client.callTool({ name, arguments: given }, undefined, more) : client.callTool({ name, arguments: given }, more));
  must(!result.isError, JSON.stringify(result.content));
  says(result, words);
}

const wallet = new Wallet({});
let client;

await step('is refused without a token', async () => {
  const reason = await refused(connect(wallet));
  must(wallet.store.url, `no authorization was asked for: ${reason}`);
  return reason;
});

await step('signs in', async () => {
  const { callback } = await ask('sign-in', { url: wallet.store.url });
  const answer = new URL(callback).searchParams;
  await wallet.transport.finishAuth(first ? answer.get('code') : answer);
  client = await connect(wallet);
});

await step('lists its tools', async () => {
  const { tools } = await client.listTools();
  const names = tools.map(({ name }) => name);
  for (const { name } of [...(plan.calls ?? []), ...(plan.asks ?? []).map(([, call]) => call)]) {
    must(names.includes(name), `no ${name} among ${names}`);
  }
  const revision = client.getNegotiatedProtocolVersion?.() ?? client.transport.protocolVersion ?? client.transport._protocolVersion;
  return `${tools.length} tools, revision ${revision}`;
});

for (const call of plan.calls ?? []) await step(`calls ${call.name}`, () => callTool(call));

await step('is told what does not exist', async () => {
  let result;
  try {
    result = await client.callTool({ name: 'no-such-tool', arguments: {} });
  } catch (error) {
    return error.message;
  }
  must(result.isError, `was called: ${JSON.stringify(result)}`);
  return 'as an error of the tool';
});

if (plan.progress) {
  await step('hears of progress', async () => {
    let heard = 0;
    await callTool(plan.progress, { onprogress: () => (heard += 1) });
    must(heard >= 2, `heard of it ${heard} times`);
    return `${heard} times`;
  });
}

for (const [what, call] of plan.asks ?? []) {
  await step(`is asked for a ${what}`, async () => {
    asked.length = 0;
    await callTool(call);
    must(asked.includes(what), `was asked ${JSON.stringify(asked)}`);
  });
}

if (plan.read) {
  await step('reads a resource', async () => {
    const { resources } = await client.listResources();
    must(resources.some(({ uri }) => uri === plan.read.uri), `not among ${resources.map(({ uri }) => uri)}`);
    says(await client.readResource({ uri: plan.read.uri }), plan.read.says);
  });
}

if (plan.prompt) {
  await step('gets a prompt', async () => {
    const { name, arguments: given, says: words } = plan.prompt;
    const { prompts } = await client.listPrompts();
    must(prompts.some((one) => one.name === name), `not among ${prompts.map((one) => one.name)}`);
    says(await client.getPrompt({ name, arguments: given }), words);
  });
}

await step('ends well', async () => {
  if (client.transport.sessionId) await client.transport.terminateSession();
  await client.close();
});

done();
