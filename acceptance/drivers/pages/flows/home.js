/** The front page, for strangers and for people who are signed in. */
export async function home(stage) {
  const door = stage.doors.many;
  const user = await door.addUser('home');
  const person = await stage.person();
  await person.goto(`${door.origin}/`);
  await stage.judge(person, 'home of a stranger', { path: '/' });
  await person.goto(`${door.origin}/login`);
  await person.signIn(user, door.password);
  await person.goto(`${door.origin}/`);
  await stage.judge(person, 'home, signed in', { path: '/' });
  await person.page.locator('details').evaluateAll((all) => all.forEach((one) => (one.open = true)));
  await stage.judge(person, 'home, how to connect', { path: '/' });
  await person.press(person.page.locator('form[action$="/logout"] button').first());
  stage.step('signing out leads home', new URL(person.page.url()).pathname === '/');
}
