/** A device without a browser is connected by its code. */
export async function device(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('device');
  const person = await stage.person();
  const client = await stage.client(door);
  client.id = (await door.listing('client', 'add', 'Television', '--grant', 'device_code')).client.id;

  const begun = await begin(client);
  await person.goto(begun.verification_uri);
  await person.signIn(user, door.password);
  await stage.judge(person, 'the code', { path: '/device' });
  await person.fill({ user_code: 'BBBB-BBBB' });
  await stage.judge(person, 'a wrong code', { path: '/device' });
  await person.fill({ user_code: begun.user_code });
  await stage.judge(person, 'what the device asks for', { path: '/device' });
  await person.press(person.page.locator('button[name=decision][value=allow]'));
  await stage.judge(person, 'the device is connected', { path: '/device' });
  const tokens = await client.token({ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: begun.device_code });
  stage.step('the device gets its token', Boolean(tokens.access_token));

  const other = await begin(client);
  await person.goto(other.verification_uri_complete ?? other.verification_uri);
  await person.fill({ user_code: other.user_code });
  await person.press(person.page.locator('button[name=decision][value=deny]'));
  await stage.judge(person, 'the device was denied', { path: '/device' });
}

async function begin(client) {
  const body = new URLSearchParams({ client_id: client.id, scope: client.scope, resource: client.resource });
  const answer = await fetch(client.metadata.device_authorization_endpoint, { method: 'POST', body });
  if (!answer.ok) throw new Error(`device authorization: ${answer.status} ${await answer.text()}`);
  return answer.json();
}
