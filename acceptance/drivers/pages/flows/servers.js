/** A program that does not say which server it wants: the person chooses. */
export async function servers(stage) {
  const door = stage.doors.many;
  const user = await door.addUser('servers');
  const person = await stage.person();
  const client = await stage.client(door, { resource: null });
  await person.goto(client.url());
  await person.signIn(user, door.password);
  await stage.judge(person, 'one of several servers', { path: '/consent' });
  await person.page.locator('input[name=server]').last().check();
  await person.decide('allow');
  stage.step('the chosen server is allowed', (await client.answer()).has('code'));

  const named = door.names.map((name) => `${door.origin}/mcp/${name}`);
  const url = new URL(client.url());
  for (const resource of named) url.searchParams.append('resource', resource);
  await person.goto(url.href);
  await stage.judge(person, 'several servers at once');
}
