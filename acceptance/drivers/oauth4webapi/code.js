/** RFC 8414, 7591, 6749, 7636, 8707, 9207, 9068, 7009: what every MCP client needs. */
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { refusedWith } from './door.js';

export async function tell(door) {
  const nobody = oauth.None();
  let client, request, answer, tokens;

  await step('discovers both forms of the metadata, which agree', async () => {
    const openid = await door.discover('oidc');
    must(JSON.stringify(openid) === JSON.stringify(door.server), 'the two differ'); // MD-01
    return door.server.issuer;
  });

  await step('registers', async () => {
    client = await door.register();
    must(client.client_secret === undefined, 'a public client got a secret');
    return client.client_id;
  });

  await step('is refused a registration that leads nowhere', () =>
    refusedWith('invalid_redirect_uri', door.register({ redirect_uris: ['javascript:alert(1)'] })), // A-061, AZ-05
  );

  await step('gets a code, with state and issuer', async () => {
    request = await door.request(client);
    answer = await door.authorize(client, request); // A-024, AZ-13
  });

  await step('redeems it', async () => {
    const options = { additionalParameters: { resource: door.resource.resource } };
    tokens = await door.redeem(client, nobody, answer, request.verifier, options);
    must(tokens.refresh_token, 'no refresh token');
    return `${tokens.token_type}, ${tokens.expires_in} s, ${tokens.scope}`;
  });

  await step('holds an access token of RFC 9068 for this resource', async () => {
    const claims = await door.validate(tokens.access_token);
    must(claims.client_id === client.client_id, JSON.stringify(claims));
  });

  await step('calls the MCP server', () => door.call(tokens.access_token));

  await step('refreshes, and the new tokens are as good', async () => {
    const next = await door.refresh(client, nobody, tokens.refresh_token);
    must(next.refresh_token !== tokens.refresh_token, 'the refresh token was not rotated');
    await door.call(next.access_token);
    tokens = next;
  });

  await step('narrows one access token', async () => {
    const additionalParameters = { scope: 'mcp:read' };
    const narrow = await door.refresh(client, nobody, tokens.refresh_token, { additionalParameters });
    must(narrow.scope === 'mcp:read', narrow.scope);
    tokens = narrow;
  });

  await step('is refused more than it was given', () =>
    refusedWith(
      'invalid_scope', // TK-04
      door.refresh(client, nobody, tokens.refresh_token, { additionalParameters: { scope: 'mcp:read everything' } }),
    ),
  );

  await step('is refused another resource', () =>
    refusedWith(
      'invalid_target', // A-051, TK-05
      door.refresh(client, nobody, tokens.refresh_token, {
        additionalParameters: { resource: 'https://elsewhere.example/mcp' },
      }),
    ),
  );

  await tellOfRefusals(door, client);

  await step('revokes its refresh token, which ends both', async () => {
    await door.revoke(client, nobody, tokens.refresh_token);
    await refusedWith('invalid_grant', door.refresh(client, nobody, tokens.refresh_token));
    return refusedWith('invalid_token', door.call(tokens.access_token));
  });

  await step('is told nothing about tokens that do not exist', () => door.revoke(client, nobody, 'nothing'));
}

async function tellOfRefusals(door, client) {
  const nobody = oauth.None();
  const refusedAt = (error, more, allow = true) => async () => {
    const request = await door.request(client, more);
    return refusedWith(error, door.authorize(client, request, { allow }));
  };
  await step('is told of a person who says no', refusedAt('access_denied', {}, false));
  await step('is told of a scope that does not exist', refusedAt('invalid_scope', { scope: 'everything' }));
  await step('is told of a resource that does not exist', refusedAt('invalid_target', { resource: 'https://x.example' }));
  await step('is told of PKCE that is too weak', refusedAt('invalid_request', { code_challenge_method: 'plain' }));
  await step('is told of a response type that is no more', refusedAt('unsupported_response_type', { response_type: 'token' }));
  await step('is told of a prompt that nobody can meet', refusedAt('consent_required', { prompt: 'none' })); // AZ-15

  await step('is refused a code with another verifier, and then with the right one', async () => {
    const request = await door.request(client);
    const answer = await door.authorize(client, request);
    const other = oauth.generateRandomCodeVerifier();
    await refusedWith('invalid_grant', door.redeem(client, nobody, answer, other)); // A-047, AZ-07
    return refusedWith('invalid_grant', door.redeem(client, nobody, answer, request.verifier));
  });

  await step('is refused a code that was redeemed, and loses what it gave', async () => {
    const request = await door.request(client);
    const answer = await door.authorize(client, request);
    const tokens = await door.redeem(client, nobody, answer, request.verifier);
    await refusedWith('invalid_grant', door.redeem(client, nobody, answer, request.verifier)); // A-030, AZ-09
    return refusedWith('invalid_grant', door.refresh(client, nobody, tokens.refresh_token));
  });
}
