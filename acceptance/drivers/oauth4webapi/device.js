/** RFC 8628: a device without a browser, approved on another. */
import { setTimeout as pause } from 'node:timers/promises';
import * as oauth from 'oauth4webapi';
import { ask, must, step } from '../story.js';
import { LOOPBACK, refusedWith } from './door.js';

export async function tell(door) {
  const television = await door.administered('Television', ['--grant', 'device_code']);
  const nobody = oauth.None();
  const resource = door.resource.resource;
  let begun;

  const begin = async (client, more = {}) => {
    const parameters = { scope: 'mcp:read', resource, ...more };
    const response = await oauth.deviceAuthorizationRequest(door.server, client, nobody, parameters, LOOPBACK);
    return oauth.processDeviceAuthorizationResponse(door.server, client, response);
  };
  const poll = async ({ device_code }) => {
    const response = await oauth.deviceCodeGrantRequest(door.server, television, nobody, device_code, LOOPBACK);
    return oauth.processDeviceCodeResponse(door.server, television, response);
  };
  const decide = (authorization, allow) =>
    ask('device', { url: authorization.verification_uri, code: authorization.user_code, allow });

  await step('gets a code to show', async () => {
    begun = await begin(television);
    must(begun.verification_uri.startsWith(door.server.issuer), begun.verification_uri);
    return `${begun.user_code} at ${begun.verification_uri}, every ${begun.interval} s`;
  });

  await step('is told to wait, and to wait longer when it hurries', async () => {
    await refusedWith('authorization_pending', poll(begun));
    return refusedWith('slow_down', poll(begun));
  });

  await step('gets tokens once a person allowed it', async () => {
    await decide(begun, true);
    await pause((begun.interval + 5) * 1000 + 200);
    const tokens = await poll(begun);
    must(tokens.scope === 'mcp:read', tokens.scope);
    await door.validate(tokens.access_token);
    return door.call(tokens.access_token);
  });

  await step('gets them once', () => refusedWith('invalid_grant', poll(begun)));

  await step('is told when a person denies', async () => {
    const denied = await begin(television);
    await decide(denied, false);
    return refusedWith('access_denied', poll(denied));
  });

  await step('is refused a code that nobody gave out', () =>
    refusedWith('invalid_grant', poll({ device_code: 'nothing' })),
  );

  await step('is refused a scope and a resource that do not exist', async () => {
    await refusedWith('invalid_scope', begin(television, { scope: 'everything' }));
    return refusedWith('invalid_target', begin(television, { resource: 'https://elsewhere.example/mcp' }));
  });

  await step('is refused to a client without that grant', async () => {
    const stranger = await door.register();
    return refusedWith('unauthorized_client', begin(stranger));
  });
}
