/** One's own account: what is connected and cut, sessions, the record, the data, the end. */
const PAGES = ['connections', 'sessions', 'devices', 'approvals', 'activity', 'profile', 'data'];
const SECOND_MS = 1_000;

export async function account(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('account');
  const person = await stage.person();
  const client = await stage.client(door, { name: 'A program to cut' });
  await person.goto(client.url());
  await person.signIn(user, door.password);
  await person.decide('allow');
  const tokens = await client.redeem((await client.answer()).get('code'));
  await client.call(tokens.access_token, 'tools/call', { name: 'list_notes', arguments: {} });

  await person.goto(`${door.origin}/account`);
  await stage.judge(person, 'overview', { path: '/account' });
  for (const page of PAGES) {
    await person.goto(`${door.origin}/account/${page}`);
    await stage.judge(person, page, { path: `/account/${page}` });
  }
  await cut(stage, person, client, tokens);
  await endSession(stage, person, user);
  await changePassword(stage, person);
  await leave(stage, person, user);
}

async function cut(stage, person, client, tokens) {
  await person.goto(`${client.door.origin}/account/connections`);
  stage.step('the connection is listed with the tool that was called', await person.says(/A program to cut[\s\S]*list_notes/));
  await person.press(person.page.locator('form[action$="/connections/revoke"] button').first());
  await stage.judge(person, 'connections, one cut');
  await new Promise((resolve) => setTimeout(resolve, SECOND_MS)); // within a second, says the issue
  const called = await client.call(tokens.access_token, 'tools/list');
  stage.step('its token stops within a second', called.status === 401, called.status);
  const refreshed = await client.refresh(tokens).then(() => 'a new token', (error) => error.message);
  stage.step('and cannot be refreshed', /invalid_grant/.test(refreshed), refreshed.slice(0, 80));
}

async function endSession(stage, person, user) {
  const { origin, password } = stage.doors.plain;
  const other = await stage.person();
  await other.goto(`${origin}/login`);
  await other.signIn(user, password);
  await person.goto(`${origin}/account/sessions`);
  await stage.judge(person, 'two sessions', { path: '/account/sessions' });
  await person.press(person.page.locator('form[action$="/end-others"] button'));
  await other.goto(`${origin}/account`);
  stage.step('the other session has ended', new URL(other.page.url()).pathname === '/login');
  await person.goto(`${origin}/account`);
  stage.step('this one has not', new URL(person.page.url()).pathname === '/account');
}

async function changePassword(stage, person) {
  const { origin } = stage.doors.plain;
  await person.goto(`${origin}/account/profile`);
  await person.fill({ old: 'not the old one', password: 'a lighthouse of seven oranges', again: 'a lighthouse of seven oranges' });
  await stage.judge(person, 'the old password is wrong');
}

async function leave(stage, person, user) {
  const { origin, password } = stage.doors.plain;
  await person.goto(`${origin}/account/data`);
  const saved = person.page.waitForEvent('download');
  await person.page.locator('form[action$="/data/download"] button').click();
  const file = JSON.parse(await text(await (await saved).createReadStream()));
  stage.step('the data can be downloaded, without secrets', JSON.stringify(file).includes(user) && !/argon2/.test(JSON.stringify(file)), Object.keys(file).join(', '));
  await person.fill({ name: 'somebody' });
  await stage.judge(person, 'deletion, the name is wrong');
  await person.fill({ name: user });
  await stage.judge(person, 'the account is gone');
  await person.goto(`${origin}/login`);
  await person.signIn(user, password);
  stage.step('nobody signs in to it any more', new URL(person.page.url()).pathname === '/login');
}

async function text(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
