/** RFC 8693: a server's client acts for a user at another server. */
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { LOOPBACK, neighbour, refusedWith } from './door.js';

const GRANT = 'urn:ietf:params:oauth:grant-type:token-exchange';
const ACCESS = 'urn:ietf:params:oauth:token-type:access_token';

export async function tell(door, { backend, neighbours: [name] }) {
  const right = oauth.ClientSecretBasic(backend.client_secret);
  const there = neighbour(door, name);
  let subject, exchanged;

  const exchange = async (client, authentication, parameters) => {
    const wanted = { subject_token: subject.access_token, subject_token_type: ACCESS, resource: there.href, ...parameters };
    const response = await oauth.genericTokenEndpointRequest(
      door.server, client, authentication, GRANT, wanted, LOOPBACK,
    );
    return oauth.processGenericTokenEndpointResponse(door.server, client, response);
  };

  await step('gets a token for another server in place of the one that a user gave', async () => {
    subject = await door.tokens(await door.register(), oauth.None());
    exchanged = await exchange(backend, right, { scope: 'mcp:read' });
    must(exchanged.issued_token_type === ACCESS && !exchanged.refresh_token, JSON.stringify(Object.keys(exchanged)));
    return exchanged.scope;
  });

  await step('which says for whom and by whom it acts', async () => {
    const before = await door.validate(subject.access_token);
    const after = await door.validate(exchanged.access_token, there); // A-084, TK-06
    must(after.sub === before.sub && after.client_id === backend.client_id, JSON.stringify(after));
    must(after.act.sub.includes(backend.client_id) && after.exp <= before.exp, JSON.stringify(after));
  });

  await step('which opens that server and no other', async () => {
    await door.call(exchanged.access_token, {}, there);
    return refusedWith('invalid_token', door.call(exchanged.access_token));
  });

  await step('is refused what no rule allows', async () => {
    await refusedWith('invalid_target', exchange(backend, right, { resource: 'https://elsewhere.example/mcp' })); // TK-06
    return refusedWith('invalid_scope', exchange(backend, right, { scope: 'mcp:write' })); // TK-06
  });

  await step('is refused a subject that is none', async () => {
    await refusedWith('invalid_request', exchange(backend, right, { subject_token: 'nothing' })); // TK-07
    const { refresh_token } = subject;
    return refusedWith('invalid_request', exchange(backend, right, { subject_token: refresh_token })); // TK-07
  });

  await step('is refused to clients that may not exchange', async () => {
    await refusedWith('invalid_client', exchange(backend, oauth.ClientSecretBasic('wrong')));
    const stranger = await door.register({ token_endpoint_auth_method: 'client_secret_basic' });
    return refusedWith('unauthorized_client', exchange(stranger, oauth.ClientSecretBasic(stranger.client_secret))); // TK-16
  });
}
