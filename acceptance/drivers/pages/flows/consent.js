/** A program asks for a server: allowed, allowed to read only, denied. */
export async function consent(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('consent');
  const person = await stage.person();
  const client = await stage.client(door);

  await person.goto(client.url());
  await person.signIn(user, door.password);
  await stage.judge(person, 'consent', { path: '/consent' });
  await person.page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
  await stage.judge(person, 'consent, all tools shown', { path: '/consent' });

  await person.decide('deny');
  const denied = await client.answer();
  stage.step('denying gets back to the client', denied.get('error') === 'access_denied' && denied.has('iss'), denied.toString());

  await person.goto(client.url());
  await person.decide('allow');
  const allowed = await client.answer();
  stage.step('allowing gets back to the client', allowed.has('code') && allowed.has('iss'), [...allowed.keys()].join(', '));
  const tokens = await client.redeem(allowed.get('code'));
  const listed = await client.call(tokens.access_token, 'tools/list');
  stage.step('and the server answers', listed.json?.result?.tools?.length > 0, listed.status);

  await person.goto(client.url());
  await person.page.locator('input[name=limit][value=read]').check();
  await person.decide('allow');
  const limited = await client.redeem((await client.answer()).get('code'));
  stage.step('read only is what the token says', limited.scope === 'mcp:read', limited.scope);
}
