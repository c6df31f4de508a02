/**
 * The official TypeScript clients without a browser: client credentials, and enterprise-managed
 * authorization where the SDK has it.
 *
 *   node drivers/machines/typescript.js ENDPOINT FACTS --sdk 1|2
 */
import { parseArgs } from 'node:util';
import { done, must, refused, step } from '../story.js';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { sdk: { type: 'string', default: '2' } },
});
const endpoint = new URL(positionals[0]);
const facts = JSON.parse(positionals[1]);
const sdk = options.sdk === '1' ? await firstGeneration() : await import('@modelcontextprotocol/client');
const { Client, StreamableHTTPClientTransport, ClientCredentialsProvider, CrossAppAccessProvider } = sdk;
const negotiation = options.sdk === '1' ? {} : { versionNegotiation: { mode: 'auto' } };

async function firstGeneration() {
  const parts = ['index', 'streamableHttp', 'auth', 'auth-extensions'];
  const loaded = parts.map((part) => import(`@modelcontextprotocol/sdk/client/${part}.js`));
  return Object.assign({}, ...(await Promise.all(loaded)));
}

async function call(authProvider) {
  const client = new Client({ name: `acceptance-machine-${options.sdk}`, version: '1' }, negotiation);
  await client.connect(new StreamableHTTPClientTransport(endpoint, { authProvider }));
  const { tools } = await client.listTools();
  const result = await client.callTool({ name: 'test_simple_text', arguments: {} });
  must(!result.isError && result.content[0].text.length > 0, JSON.stringify(result));
  await client.close();
  return `${tools.length} tools, scope ${(await authProvider.tokens()).scope}`;
}

const machine = (changed) =>
  new ClientCredentialsProvider({
    clientId: facts.machine.id,
    clientSecret: facts.machine.secret,
    expectedIssuer: facts.issuer,
    ...changed,
  });

const claims = ({ access_token }) => JSON.parse(Buffer.from(access_token.split('.')[1], 'base64url').toString());

await step('client credentials: connects, lists and calls', async () => {
  const provider = machine();
  const called = await call(provider);
  const said = claims(await provider.tokens());
  must(said.sub === `client:${facts.machine.id}`, said.sub);
  must(!(await provider.tokens()).refresh_token, 'got a refresh token');
  return called;
});

await step('client credentials: is refused with a wrong secret', () => refused(call(machine({ clientSecret: 'wrong' }))));

if (CrossAppAccessProvider) {
  const { discoverAndRequestJwtAuthGrant } = sdk;
  const enterprise = (changed = {}) =>
    new CrossAppAccessProvider({
      clientId: facts.enterprise.id,
      clientSecret: facts.enterprise.secret,
      expectedIssuer: facts.issuer,
      assertion: async (context) => {
        const granted = await discoverAndRequestJwtAuthGrant({
          idpUrl: facts.provider,
          audience: context.authorizationServerUrl,
          resource: context.resourceUrl,
          idToken: 'id-token-of-00u1',
          clientId: `at-${changed.named ?? facts.enterprise.id}`,
          clientSecret: 'unused',
          scope: context.scope,
          fetchFn: context.fetchFn,
        });
        return granted.jwtAuthGrant;
      },
    });

  await step('enterprise-managed authorization: connects, lists and calls as the user', async () => {
    const provider = enterprise();
    const called = await call(provider);
    const said = claims(await provider.tokens());
    must(said.preferred_username === facts.user, JSON.stringify(said));
    return called;
  });

  await step('enterprise-managed authorization: an ID-JAG for another client is refused', () =>
    refused(call(enterprise({ named: facts.machine.id }))));
}

done();
