/** Passkeys: made with an authenticator, used by button and among the suggestions for a name. */
import { Authenticator } from '../authenticator.js';

export async function passkey(stage) {
  const door = stage.doors.full;
  const user = await door.addUser('passkey');
  const person = await stage.person();
  await person.goto(`${door.origin}/login`);
  await person.signIn(user, door.password);
  const authenticator = await Authenticator.plugInto(person);

  await person.goto(`${door.origin}/account/security/passkey`);
  await stage.judge(person, 'adding a passkey', { path: '/account/security/passkey' });
  await person.page.locator('form[data-passkey=create] input[name=name]').fill('Laptop');
  await person.press(person.page.locator('form[data-passkey=create] button[type=submit]'));
  await person.goto(`${door.origin}/account/security`);
  await stage.judge(person, 'security, with a passkey', { path: '/account/security', text: /Laptop/ });
  const made = await authenticator.credentials();
  stage.step('the authenticator has one for localhost', made.length === 1 && made[0].rpId === 'localhost', made.map((one) => one.rpId).join());

  await authenticator.touched(false);
  await signOut(person, door);
  await person.goto(`${door.origin}/login`);
  await stage.judge(person, 'sign-in with a passkey', { path: '/login' });
  await authenticator.touched(true);
  if (new URL(person.page.url()).pathname === '/login') await person.goto(`${door.origin}/login`);
  await person.page.waitForURL((url) => url.pathname !== '/login');
  stage.step('a suggested passkey signs in', await signedIn(person, door));

  const client = await stage.client(door);
  await signOut(person, door);
  await authenticator.touched(false);
  await person.goto(client.url());
  await authenticator.touched(true);
  const button = person.page.locator('form[data-passkey=get] button[type=submit]');
  const arrives = person.page.waitForURL((url) => url.pathname === '/consent');
  // The browser may have offered the passkey by itself: then the button goes while it is clicked.
  if (await button.isVisible()) await Promise.race([button.click().catch(() => {}), arrives]);
  await arrives;
  stage.step('a passkey leads on to consent', true);
  await signOut(person, door);
}

/** Where no passkey can work, the page says where one can. */
export async function passkeyElsewhere(stage) {
  const door = stage.doors.plain; // 127.0.0.1 is no name that a passkey could be for
  const person = await stage.person();
  await person.goto(`${door.origin}/login`);
  const hidden = await person.page.locator('form[data-passkey]').evaluateAll((forms) => forms.every((form) => form.hidden));
  stage.step('no passkey is offered at 127.0.0.1', hidden);
}

async function signOut(person, door) {
  await person.goto(`${door.origin}/`);
  await person.press(person.page.locator('form[action$="/logout"] button').first());
}

async function signedIn(person, door) {
  await person.goto(`${door.origin}/account/security`);
  return new URL(person.page.url()).pathname === '/account/security';
}
