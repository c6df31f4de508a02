/** OpenID Connect Core and Discovery: a small tool signs people in through the door. */
import * as oauth from 'oauth4webapi';
import { must, refused, step } from '../story.js';
import { LOOPBACK, REDIRECT, refusedWith } from './door.js';

export async function tell(door) {
  const server = await door.discover('oidc');
  const tool = await door.administered('Tool', ['--confidential', '--redirect-uri', REDIRECT]);
  const right = oauth.ClientSecretBasic(tool.client_secret);
  let signedIn, claims;

  await step('discovers an OpenID Provider', () => {
    for (const member of ['userinfo_endpoint', 'jwks_uri', 'id_token_signing_alg_values_supported']) {
      must(server[member], `no ${member}`);
    }
    must(server.subject_types_supported.join() === 'public', JSON.stringify(server.subject_types_supported));
    must(server.scopes_supported.includes('openid'), JSON.stringify(server.scopes_supported));
    return server.id_token_signing_alg_values_supported.join();
  });

  await step('signs a person in, and finds the ID token sound', async () => {
    signedIn = await signIn(door, tool, right, { scope: 'openid profile', max_age: 300 });
    claims = oauth.getValidatedIdTokenClaims(signedIn.tokens); // nonce, iss, aud, exp, auth_time
    await oauth.validateApplicationLevelSignature(server, signedIn.response, LOOPBACK);
    must(claims.preferred_username && claims.acr && claims.at_hash, JSON.stringify(claims));
    must(signedIn.tokens.scope === 'openid profile', signedIn.tokens.scope);
    return claims.preferred_username;
  });

  await step('finds a nonce that it did not send to be wrong', async () => {
    const { unread } = await signIn(door, tool, right, { scope: 'openid' });
    const another = { expectedNonce: 'another' };
    const reason = await refused(oauth.processAuthorizationCodeResponse(server, tool, unread, another)); // AZ-08
    must(reason.includes('nonce'), reason);
  });

  await step('is told the same at the UserInfo endpoint', async () => {
    const told = await userinfo(door, tool, signedIn.tokens.access_token, claims.sub);
    must(told.preferred_username === claims.preferred_username, JSON.stringify(told));
    must(told.email === undefined, 'an address that nobody has');
  });

  await step('opens no MCP server with that token, nor with the ID token', async () => {
    await refusedWith('invalid_token', door.call(signedIn.tokens.access_token));
    return refusedWith('invalid_token', door.call(signedIn.tokens.id_token)); // TK-10
  });

  await step('refreshes, and it is still the same person', async () => {
    const next = await door.refresh(tool, right, signedIn.tokens.refresh_token);
    const again = oauth.getValidatedIdTokenClaims(next);
    must(again.sub === claims.sub && again.auth_time === claims.auth_time, JSON.stringify(again));
    must(again.nonce === undefined, 'the nonce of the first time');
    signedIn.tokens = next;
  });

  await step('names whom it expects, by the ID token', async () => {
    const known = { scope: 'openid', id_token_hint: signedIn.tokens.id_token };
    const { tokens } = await signIn(door, tool, right, known);
    must(oauth.getValidatedIdTokenClaims(tokens).sub === claims.sub, 'somebody else');
    const wrong = { ...known, id_token_hint: signedIn.tokens.access_token };
    return refusedWith('invalid_request', signIn(door, tool, right, wrong)); // TK-10
  });

  await step('gets a token for a server beside the ID token, which asks nothing', async () => {
    const both = { scope: 'mcp:read openid profile', resource: door.resource.resource };
    const { tokens } = await signIn(door, tool, right, both);
    must(oauth.getValidatedIdTokenClaims(tokens).sub === claims.sub, 'somebody else');
    await door.call(tokens.access_token);
    return refusedWith('invalid_token', userinfo(door, tool, tokens.access_token, claims.sub));
  });

  await step('proves its key where the token is bound to one', async () => {
    const DPoP = oauth.DPoP(tool, await oauth.generateKeyPair('ES256'));
    const { tokens } = await signIn(door, tool, right, { scope: 'openid' }, { DPoP });
    const ask = (options) => userinfo(door, tool, tokens.access_token, claims.sub, options);
    await withNonce(() => ask({ DPoP }));
    return refusedWith('invalid_token', ask());
  });

  await step('is told nothing once the login is revoked', async () => {
    await door.revoke(tool, right, signedIn.tokens.refresh_token);
    return refusedWith('invalid_token', userinfo(door, tool, signedIn.tokens.access_token, claims.sub)); // TK-18
  });

  await step('a program that registered itself signs people in as well', async () => {
    const client = await door.register({ client_name: 'notebook' });
    const alone = { scope: 'openid', resource: server.userinfo_endpoint }; // else it means the servers
    const { tokens } = await signIn(door, client, oauth.None(), alone);
    must(oauth.getValidatedIdTokenClaims(tokens).sub === claims.sub, 'another sub'); // public subjects
  });
}

/** Everything from a request to a validated ID token. Without `resource` no server is meant. */
async function signIn(door, client, authentication, more, options = {}) {
  const nonce = oauth.generateRandomNonce();
  const request = await door.request(client, { nonce, ...more });
  if (!more.resource) delete request.parameters.resource;
  const answer = await door.authorize(client, request);
  const redeem = async () => {
    const response = await oauth.authorizationCodeGrantRequest(
      door.server, client, authentication, answer, REDIRECT, request.verifier, { ...LOOPBACK, ...options },
    );
    const unread = response.clone();
    const expected = { expectedNonce: nonce, requireIdToken: true, maxAge: more.max_age };
    const tokens = await oauth.processAuthorizationCodeResponse(door.server, client, response, expected);
    return { tokens, response, unread };
  };
  return options.DPoP ? withNonce(redeem) : redeem();
}

/** What is told about a person, who must be `sub`. */
async function userinfo(door, client, token, sub, options = {}) {
  const response = await oauth.userInfoRequest(door.server, client, token, { ...LOOPBACK, ...options });
  return oauth.processUserInfoResponse(door.server, client, sub, response);
}

/** Runs `run`, again when it is asked for a nonce of the server's. */
async function withNonce(run) {
  try {
    return await run();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return run();
  }
}
