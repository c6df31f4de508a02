/** Codes of an authenticator application and recovery codes: added, asked for, used once. */
import { totp } from '../totp.js';

export async function codes(stage) {
  const door = stage.doors.full;
  const user = await door.addUser('codes');
  const owner = await stage.person();
  await owner.goto(`${door.origin}/login`);
  await owner.signIn(user, door.password);
  await owner.goto(`${door.origin}/account/security`);
  await stage.judge(owner, 'security, only a password', { path: '/account/security' });

  await owner.goto(`${door.origin}/account/security/app`);
  await stage.judge(owner, 'adding an application', { path: '/account/security/app' });
  await owner.fill({ code: '000000' });
  await stage.judge(owner, 'adding an application, wrong code', { path: '/account/security/app' });
  const secret = await secretOn(owner.page);
  await owner.fill({ code: totp(secret, -1) });
  await stage.judge(owner, 'recovery codes', { path: '/account/security/app' });
  const recovery = await owner.page.locator('ul.codes code').allInnerTexts();
  stage.step('there are ten recovery codes, all different', new Set(recovery).size === 10, recovery.length);
  await owner.goto(`${door.origin}/account/security`);
  await stage.judge(owner, 'security, with codes', { path: '/account/security' });

  const other = await stage.person();
  await other.goto(`${door.origin}/login`);
  await other.signIn(user, door.password);
  await stage.judge(other, 'asked for a code', { path: '/login/step/factor' });
  await other.fill({ code: '000000' });
  await stage.judge(other, 'a wrong code', { path: '/login/step/factor' });
  stage.step('the password alone signs nobody in', await refused(other, door));
  await other.goto(`${door.origin}/login`);
  await other.signIn(user, door.password);
  const code = totp(secret);
  await other.fill({ code });
  stage.step('the code signs in', !(await refused(other, door)));

  const replay = await stage.person();
  await replay.goto(`${door.origin}/login`);
  await replay.signIn(user, door.password);
  await replay.fill({ code });
  stage.step('a code works once', await refused(replay, door));
  await withRecovery(replay, door, user, recovery[0]);
  stage.step('a recovery code signs in', !(await refused(replay, door)));
  const again = await stage.person();
  await withRecovery(again, door, user, recovery[0]);
  stage.step('a recovery code works once', await refused(again, door));
}

/** Somebody who must prove more than they can adds it while signing in. */
export async function enrolment(stage) {
  const door = stage.doors.full;
  const user = await door.addUser('enrolment', '--admin'); // administrators need more here
  const person = await stage.person();
  await person.goto(`${door.origin}/login`);
  await person.signIn(user, door.password);
  await stage.judge(person, 'adding a factor while signing in', { path: '/login/step/factor' });
  const secret = await secretOn(person.page);
  await person.fill({ code: totp(secret) });
  await stage.judge(person, 'recovery codes while signing in', { path: '/login/step/factor' });
  await person.press(person.page.locator('main a.button').first());
  stage.step('and then they are signed in', !(await refused(person, door)));
}

async function secretOn(page) {
  const shown = await page.locator('main code').allInnerTexts();
  const secret = shown.find((text) => /^[A-Z2-7 ]{16,}$/.test(text.trim()));
  if (!secret) throw new Error(`no secret among ${shown.join(', ')}`);
  return secret;
}

async function withRecovery(person, door, user, code) {
  await person.goto(`${door.origin}/login`);
  await person.signIn(user, door.password);
  const details = person.page.locator('details:has(#recovery)');
  await details.locator('summary').click();
  await details.locator('#recovery').fill(code);
  await person.press(details.locator('button'));
}

/** Whether somebody is not signed in. */
async function refused(person, door) {
  await person.goto(`${door.origin}/account/security`);
  return new URL(person.page.url()).pathname !== '/account/security';
}
