/**
 * oidc-provider as Doorward is set up: ES256 access tokens for one resource, PKCE, rotation,
 * open registration, and the same endpoints and grants where it has them and calls them stable.
 * Nobody is asked anything, nothing is written to disk and nothing is audited, which all speaks
 * for oidc-provider.
 *
 *   node server.js PORT
 */
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { Memory } from './memory.js';

const port = Number(process.argv[2]);
const issuer = `http://127.0.0.1:${port}`;
const key = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' });
const DAY = 24 * 60 * 60;

const provider = new Provider(issuer, {
  adapter: Memory,
  jwks: { keys: [{ ...key, alg: 'ES256', use: 'sig', kid: 'benchmark' }] },
  cookies: { keys: [randomBytes(32).toString('hex')] },
  clientDefaults: { id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' },
  findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  issueRefreshToken: () => true,
  rotateRefreshToken: true,
  ttl: { AccessToken: 600, AuthorizationCode: 60, RefreshToken: 30 * DAY, Session: DAY, Grant: 90 * DAY, Interaction: 600 },
  interactions: { url: (_context, interaction) => `/interaction/${interaction.uid}` },
  acrValues: ['urn:doorward:acr:password', 'urn:doorward:acr:mfa', 'urn:doorward:acr:passkey'],
  features: {
    devInteractions: { enabled: false },
    registration: { enabled: true },
    registrationManagement: { enabled: true },
    clientCredentials: { enabled: true },
    deviceFlow: { enabled: true },
    introspection: { enabled: true },
    jwtIntrospection: { enabled: true },
    requestObjects: { enabled: true },
    revocation: { enabled: true },
    resourceIndicators: {
      enabled: true,
      useGrantedResource: () => true,
      getResourceServerInfo: (_context, resource) => ({
        scope: 'mcp:read mcp:write',
        audience: resource,
        accessTokenTTL: 600,
        accessTokenFormat: 'jwt',
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
});

/** Answers the prompts of a client's first request at once: signs in, and grants what was asked for. */
provider.use(async (context, next) => {
  if (!context.path.startsWith('/interaction/')) return next();
  const { params, session } = await provider.interactionDetails(context.req, context.res);
  const accountId = session?.accountId ?? 'benchmark';
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addResourceScope(params.resource, params.scope);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  context.redirect(await provider.interactionResult(context.req, context.res, result, { mergeWithLastSubmission: true }));
});

provider.on('server_error', (_context, error) => console.error(error));
provider.listen(port, '127.0.0.1', () => console.log('ready'));
