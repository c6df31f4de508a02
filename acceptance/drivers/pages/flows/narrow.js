/** Less than was asked for: single tools, for a time, once, or remembered. */
export async function narrow(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('narrow');
  const person = await stage.person();
  const client = await stage.client(door);
  const tool = (name) => person.page.locator(`input[type=checkbox][name^="tool."][value="${name}"]`);

  await person.goto(client.url());
  await person.signIn(user, door.password);
  await showAll(person);
  await person.press(person.page.locator('button[name=tick][value^="none.read"]'));
  stage.step('a button takes out a whole group', !(await tool('list_notes').isChecked()) && (await tool('delete_note').isChecked()));
  await showAll(person);
  for (const one of await person.page.locator('input[type=checkbox][name^="tool."]').all()) await one.uncheck();
  await person.press(person.page.locator('button[name=decision][value=allow]'));
  await stage.judge(person, 'nothing is chosen', { path: '/consent' });

  await person.goto(client.url());
  await showAll(person);
  await tool('list_notes').uncheck();
  await tool('delete_note').uncheck();
  await stage.judge(person, 'two tools fewer', { path: '/consent' });
  await person.decide('allow');
  const tokens = await client.redeem((await client.answer()).get('code'));
  stage.step('the token names single tools', tokens.authorization_details?.length > 0, JSON.stringify(tokens.authorization_details)?.slice(0, 120));
  const call = async (name) => (await client.call(tokens.access_token, 'tools/call', { name, arguments: {} })).text;
  const refused = await call('list_notes');
  stage.step('what was taken out is refused', /error/.test(refused) && !/Welcome/.test(refused), refused.slice(0, 120));
  const told = await call('current_time');
  stage.step('what was left works', /"result"/.test(told), told.slice(0, 80));
}

/** An approval that is kept, and one that is not. */
export async function remember(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('remember');
  const person = await stage.person();
  const client = await stage.client(door);
  const redirect = 'https://client.example/callback'; // for a program on this computer nothing is remembered
  client.id = (await door.listing('client', 'add', 'Known here', '--redirect-uri', redirect)).client.id;
  const ask = { redirect_uri: redirect, response_mode: 'form_post' };
  const answers = [];
  await person.context.route(`${redirect}*`, async (route) => {
    answers.push(new URLSearchParams(route.request().postData()));
    await route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>Back at the client</title>' });
  });
  const back = () => person.page.waitForURL(`${redirect}*`);

  await person.goto(client.url(ask));
  await person.signIn(user, door.password);
  await person.page.locator('input[name=again][value=ask]').check();
  await stage.judge(person, 'only this time', { path: '/consent' });
  await person.decide('allow');
  await back();
  await person.goto(client.url(ask));
  stage.step('only this time asks again', new URL(person.page.url()).pathname === '/consent', person.page.url().slice(0, 80));

  await person.page.locator('input[name=again][value=remember]').check();
  await person.decide('allow');
  await back();
  await person.page.goto(client.url(ask)).catch(() => {}); // the page goes on by itself
  await back();
  stage.step('what is remembered asks no more', answers.length === 3 && answers.every((answer) => answer.has('code')), answers.length);
  await person.goto(client.url({ ...ask, scope: 'mcp:read mcp:write openid' }));
  stage.step('something new asks again', new URL(person.page.url()).pathname === '/consent'); // CO-05
  await stage.judge(person, 'what is new', { path: '/consent' });

  await person.goto(`${door.origin}/account/approvals`);
  await stage.judge(person, 'what is remembered', { path: '/account/approvals', text: /Known here/ });
  await person.press(person.page.locator('form[action$="/approvals/forget"] button').first());
  await person.goto(client.url(ask));
  stage.step('what is forgotten asks again', new URL(person.page.url()).pathname === '/consent');
}

async function showAll(person) {
  await person.page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
}
