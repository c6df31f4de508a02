/** An operator's own name, logo, colours and words. */
export async function branded(stage) {
  const door = stage.doors.branded;
  const user = await door.addUser('branded');
  const client = await stage.client(door);
  const person = await stage.person();
  await person.goto(client.url());
  await stage.judge(person, 'sign-in', { path: '/login', text: /Acme Tools/ });
  const logo = await person.page.locator('header img').evaluate((image) => image.naturalWidth);
  stage.step('the logo is shown', logo > 0, `${logo} pixels`);
  await person.signIn(user, door.password);
  await stage.judge(person, 'consent', { path: '/consent', text: /Acme Tools/ });
}
