/** Everything that a connection needs works where scripts are off. */
export async function withoutScripts(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('without-scripts');
  const person = await stage.person({ javaScriptEnabled: false });
  const client = await stage.client(door);
  await person.goto(client.url());
  await person.signIn(user, door.password);
  await person.decide('allow');
  const answer = await client.answer();
  stage.step('sign-in and consent need no script', answer.has('code'), answer.toString());
  await person.goto(client.url({ response_mode: 'form_post' }));
  await person.decide('deny');
  await person.page.waitForLoadState('load');
  stage.step('an answer by form waits for a button', (await person.page.locator('form#reply button').count()) === 1);
}
