/** The link that the terminal shows makes the first account, once. */
export async function firstAccount(stage) {
  const door = stage.doors.first;
  const person = await stage.person();
  await person.goto(`${door.origin}/login`);
  await stage.judge(person, 'sign-in before there is an account', { path: '/login' });
  await person.goto(door.setUp);
  await stage.judge(person, 'set-up', { path: '/setup' });
  await person.fill({ username: 'alice', password: door.password, again: `${door.password}!` });
  await stage.judge(person, 'set-up, passwords differ', { path: '/setup' });
  await person.fill({ username: 'alice', password: door.password, again: door.password });
  await stage.judge(person, 'welcome', { path: '/setup/done' });
  await person.goto(door.setUp);
  await stage.judge(person, 'set-up link used twice');
  stage.step('the link makes no second account', (await person.page.locator('input[name=password]').count()) === 0);
}
