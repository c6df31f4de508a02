/** Clients that act for themselves: RFC 6749 section 4.4, and the extension of MCP. */
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { LOOPBACK, refusedWith } from './door.js';

const OWN = ['--grant', 'client_credentials', '--scope', 'mcp:read', '--server', 'files'];

export async function tell(door) {
  const robot = await door.administered('Robot', OWN);
  const right = oauth.ClientSecretBasic(robot.client_secret);
  const resource = door.resource.resource;
  let token;

  const ask = async (client, authentication, parameters) => {
    const response = await oauth.clientCredentialsGrantRequest(
      door.server, client, authentication, parameters, LOOPBACK,
    );
    return oauth.processClientCredentialsResponse(door.server, client, response);
  };

  await step('gets a token of its own for a resource', async () => {
    const tokens = await ask(robot, right, { resource, scope: 'mcp:read' });
    must(tokens.scope === 'mcp:read' && !tokens.refresh_token, JSON.stringify(Object.keys(tokens)));
    token = tokens.access_token;
  });

  await step('holds a token that speaks of the client and of nobody else', async () => {
    const claims = await door.validate(token);
    must(claims.sub !== claims.client_id && claims.sub.includes(robot.client_id), claims.sub);
  });

  await step('calls the MCP server', () => door.call(token));

  await step('authenticates in the body as well', async () => {
    await ask(robot, oauth.ClientSecretPost(robot.client_secret), { resource });
  });

  for (const algorithm of door.server.token_endpoint_auth_signing_alg_values_supported) {
    await step(`signs with ${algorithm} instead of sending a secret`, async () => {
      const { privateKey, publicKey } = await oauth.generateKeyPair(algorithm, { extractable: true });
      const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid: 'own', alg: algorithm };
      const signer = await door.administered(`Signer ${algorithm}`, OWN, { keys: [jwk] });
      const key = { key: privateKey, kid: 'own' };
      const once = (header, payload) => void (payload.jti = 'the same twice');
      const tokens = await ask(signer, oauth.PrivateKeyJwt(key), { resource });
      await door.call(tokens.access_token);
      const again = oauth.PrivateKeyJwt(key, { [oauth.modifyAssertion]: once });
      await ask(signer, again, { resource });
      return refusedWith('invalid_client', ask(signer, again, { resource })); // TK-11
    });
  }

  await step('is refused with another secret', () =>
    refusedWith('invalid_client', ask(robot, oauth.ClientSecretBasic('wrong'), { resource })),
  );

  await step('gets no more than is its own', async () => {
    const more = await ask(robot, right, { resource, scope: 'mcp:read mcp:write' }); // TK-04
    must(more.scope === 'mcp:read', more.scope);
    await refusedWith('invalid_scope', ask(robot, right, { resource, scope: 'everything' }));
    return refusedWith('invalid_target', ask(robot, right, { resource: 'https://elsewhere.example/mcp' })); // TK-05
  });

  await step('is refused to a client that registered itself', async () => {
    const stranger = await door.register({ token_endpoint_auth_method: 'client_secret_basic' });
    const authentication = oauth.ClientSecretBasic(stranger.client_secret);
    return refusedWith('unauthorized_client', ask(stranger, authentication, { resource })); // X-003, TK-16
  });
}
