/** A small tool signs people in (OpenID Connect), alone and together with a server. */
export async function identity(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('identity');
  const person = await stage.person();
  const tool = await stage.client(door, { scope: 'openid profile', name: 'Small tool', resource: null });
  await person.goto(tool.url({ nonce: 'n' }));
  await person.signIn(user, door.password);
  await stage.judge(person, 'consent to be known', { path: '/consent' });
  await person.decide('allow');
  const tokens = await tool.redeem((await tool.answer()).get('code'));
  stage.step('an ID token comes', Boolean(tokens.id_token));

  const both = await stage.client(door, { scope: 'openid profile mcp:read mcp:write', name: 'Tool and client' });
  await person.goto(both.url({ nonce: 'n' }));
  await stage.judge(person, 'consent to be known and to a server', { path: '/consent' });
}
