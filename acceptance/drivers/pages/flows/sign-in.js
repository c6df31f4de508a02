/** Signing in with a password: wrong, right, and out again. */
export async function signIn(stage) {
  const door = stage.doors.plain;
  const user = await door.addUser('sign-in');
  const client = await stage.client(door);
  const person = await stage.person();
  await person.goto(client.url());
  await stage.judge(person, 'sign-in', { path: '/login' });
  await person.signIn(user, 'not the password');
  await stage.judge(person, 'sign-in refused', { path: '/login' });
  await person.signIn(user, door.password); // by Enter
  stage.step('Enter signs in', new URL(person.page.url()).pathname === '/consent', person.page.url());
  await person.goto(client.url({ prompt: 'login' }));
  await stage.judge(person, 'asked to sign in again', { path: '/login' });
  await person.signIn(user, door.password);
  const logout = person.page.locator('form[action$="/logout"] button').first();
  await person.press(logout);
  stage.step('signing in as somebody else leads back to the sign-in', new URL(person.page.url()).pathname === '/login');
}
