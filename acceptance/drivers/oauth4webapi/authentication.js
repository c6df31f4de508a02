/** RFC 6749 section 2.3: the registered way of authentication, and no other. */
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { refusedWith } from './door.js';

export async function tell(door) {
  const ways = {
    client_secret_basic: oauth.ClientSecretBasic,
    client_secret_post: oauth.ClientSecretPost,
  };
  for (const [method, authenticate] of Object.entries(ways)) await tellOf(door, method, authenticate);
}

async function tellOf(door, method, authenticate) {
  let client, right, tokens;

  await step(`${method}: registers and gets a secret`, async () => {
    client = await door.register({ token_endpoint_auth_method: method });
    must(client.client_secret && client.client_secret_expires_at === 0, JSON.stringify(client));
    right = authenticate(client.client_secret);
  });

  await step(`${method}: signs in, refreshes, calls`, async () => {
    tokens = await door.tokens(client, right);
    tokens = await door.refresh(client, right, tokens.refresh_token);
    await door.call(tokens.access_token);
  });

  await step(`${method}: is refused with another secret`, () =>
    refusedWith('invalid_client', door.refresh(client, authenticate('wrong'), tokens.refresh_token)),
  );

  await step(`${method}: is refused without a secret`, () =>
    refusedWith('invalid_client', door.refresh(client, oauth.None(), tokens.refresh_token)), // TK-01
  );

  await step(`${method}: revokes, and cannot refresh any more`, async () => {
    await door.revoke(client, right, tokens.refresh_token);
    return refusedWith('invalid_grant', door.refresh(client, right, tokens.refresh_token));
  });
}
