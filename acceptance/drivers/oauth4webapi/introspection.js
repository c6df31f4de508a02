/** RFC 7662, RFC 9701: what an access token is worth, told to whom it concerns. */
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { LOOPBACK, refusedWith } from './door.js';

export async function tell(door) {
  const client = await door.register({ token_endpoint_auth_method: 'client_secret_basic' });
  const right = oauth.ClientSecretBasic(client.client_secret);
  let tokens;

  const introspect = async (who, authentication, token, options = {}) => {
    const given = { ...LOOPBACK, ...options };
    const response = await oauth.introspectionRequest(door.server, who, authentication, token, given);
    return oauth.processIntrospectionResponse(door.server, who, response);
  };
  const inactive = async (who, authentication, token) => {
    const told = await introspect(who, authentication, token);
    must(JSON.stringify(told) === '{"active":false}', JSON.stringify(told));
  };

  await step('is told about its own token', async () => {
    tokens = await door.tokens(client, right);
    const told = await introspect(client, right, tokens.access_token);
    const claims = await door.validate(tokens.access_token);
    for (const same of ['iss', 'sub', 'aud', 'client_id', 'scope', 'exp', 'iat', 'jti']) {
      must(JSON.stringify(told[same]) === JSON.stringify(claims[same]), `${same}: ${JSON.stringify(told)}`);
    }
    must(told.active === true, JSON.stringify(told));
  });

  await step('is told the same in a signed answer', async () => {
    const told = await introspect(client, right, tokens.access_token, { requestJwtResponse: true });
    must(told.active === true && told.client_id === client.client_id, JSON.stringify(told));
  });

  await step('is told nothing about a token that does not exist', () => inactive(client, right, 'nothing'));

  await step("is told nothing about another client's token", async () => {
    const other = await door.register({ token_endpoint_auth_method: 'client_secret_basic', client_name: 'another' });
    await inactive(other, oauth.ClientSecretBasic(other.client_secret), tokens.access_token);
  });

  await step('is refused without authentication', async () => {
    await refusedWith('invalid_client', introspect(client, oauth.ClientSecretBasic('wrong'), tokens.access_token));
    return refusedWith('invalid_client', introspect(client, oauth.None(), tokens.access_token));
  });

  await step('is told that a revoked token is nothing any more', async () => {
    await door.revoke(client, right, tokens.refresh_token);
    await inactive(client, right, tokens.access_token); // TK-18
  });
}
