/** RFC 9126: authorization requests that are pushed first. */
import * as oauth from 'oauth4webapi';
import { must, refused, step } from '../story.js';
import { LOOPBACK, refusedWith } from './door.js';

export async function tell(door) {
  const nobody = oauth.None();
  const client = await door.register();
  let request, pushed;

  const push = async (who, authentication, parameters) => {
    const response = await oauth.pushedAuthorizationRequest(door.server, who, authentication, parameters, LOOPBACK);
    return oauth.processPushedAuthorizationResponse(door.server, who, response);
  };
  const come = (who, uri) =>
    door.authorize(who, request, { parameters: { client_id: who.client_id, request_uri: uri } });

  await step('pushes a request', async () => {
    request = await door.request(client);
    pushed = await push(client, nobody, request.parameters);
    must(pushed.request_uri.startsWith('urn:ietf:params:oauth:request_uri:'), pushed.request_uri);
    return `${pushed.expires_in} s`;
  });

  await step('signs in with it and redeems the code', async () => {
    const answer = await come(client, pushed.request_uri);
    const tokens = await door.redeem(client, nobody, answer, request.verifier);
    await door.call(tokens.access_token);
  });

  await step('cannot use it again', async () => {
    const reason = await refused(come(client, pushed.request_uri)); // A-080, AZ-16
    must(/4\d\d at \/authorize/.test(reason), reason);
  });

  await step("cannot use another client's", async () => {
    const other = await door.register({ client_name: 'another' });
    const { request_uri } = await push(client, nobody, request.parameters);
    const reason = await refused(come(other, request_uri)); // AZ-16
    must(/4\d\d at \/authorize/.test(reason), reason);
  });

  await step('authenticates a client that has a secret', async () => {
    const known = await door.register({ token_endpoint_auth_method: 'client_secret_basic' });
    const { parameters } = await door.request(known);
    await push(known, oauth.ClientSecretBasic(known.client_secret), parameters);
    await refusedWith('invalid_client', push(known, oauth.ClientSecretBasic('wrong'), parameters));
    return refusedWith('invalid_client', push(known, nobody, parameters)); // TK-01
  });

  for (const [error, more] of Object.entries({
    invalid_scope: { scope: 'everything' },
    invalid_target: { resource: 'https://elsewhere.example/mcp' },
    invalid_request: { code_challenge_method: 'plain' },
    unsupported_response_type: { response_type: 'token' },
  })) {
    await step(`is told of ${error} when it pushes, not later`, () =>
      refusedWith(error, push(client, nobody, { ...request.parameters, ...more })),
    );
  }

  await step('cannot push a request that is elsewhere', () =>
    refusedWith('invalid_request', push(client, nobody, { ...request.parameters, request_uri: 'https://x.example/r' })),
  );
}
