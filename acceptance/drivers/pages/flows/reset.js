/** A forgotten password: by a link from an administrator, and by mail. */
const NEW_PASSWORD = 'another violin beneath the harbour';

export async function reset(stage) {
  const door = stage.doors.full;
  const user = await door.addUser('reset');
  const signedIn = await stage.person();
  await signedIn.goto(`${door.origin}/login`);
  await signedIn.signIn(user, door.password);

  const link = linkIn(await door.command(['user', 'reset', user]), door);
  const person = await stage.person();
  await person.goto(link);
  await stage.judge(person, 'a new password', { path: '/reset' });
  await person.fill({ password: NEW_PASSWORD, again: `${NEW_PASSWORD}!` });
  await stage.judge(person, 'a new password, twice different', { path: '/reset' });
  await person.fill({ password: 'password1', again: 'password1' });
  await stage.judge(person, 'a new password, soon guessed', { path: '/reset' });
  await person.fill({ password: NEW_PASSWORD, again: NEW_PASSWORD });
  await stage.judge(person, 'the password is set');
  await signedIn.goto(`${door.origin}/account`);
  stage.step('sessions from before have ended', new URL(signedIn.page.url()).pathname === '/login');
  const again = await stage.person();
  await again.goto(link);
  await stage.judge(again, 'a reset link used twice');
  stage.step('the link works once', (await again.page.locator('input[type=password]').count()) === 0);
  await again.goto(`${door.origin}/login`);
  await again.signIn(user, NEW_PASSWORD);
  stage.step('the new password signs in', new URL(again.page.url()).pathname !== '/login');
}

export async function resetByMail(stage) {
  const door = stage.doors.full;
  const user = await door.addUser('forgetful');
  await door.command(['user', 'set', user, '--mail', 'forgetful@mail.example']);
  const person = await stage.person();
  await person.goto(`${door.origin}/login`);
  await person.press(person.page.locator('a[href*="/forgot"]'));
  await stage.judge(person, 'forgotten', { path: '/forgot' });
  const answers = [];
  for (const who of ['nobody-here', user]) {
    await person.goto(`${door.origin}/forgot`);
    await person.fill({ who });
    answers.push(await person.page.locator('main').innerText());
  }
  await stage.judge(person, 'forgotten, answered');
  stage.step('the answer does not tell who exists', answers[0] === answers[1]); // LG-03
  const letter = await stage.mailbox.letter('forgetful@mail.example');
  await person.goto(linkIn(letter.text, door));
  await person.fill({ password: NEW_PASSWORD, again: NEW_PASSWORD });
  const other = await stage.person();
  await other.goto(`${door.origin}/login`);
  await other.signIn(user, NEW_PASSWORD);
  stage.step('the link in the letter sets a password', new URL(other.page.url()).pathname !== '/login', letter.subject);
}

export function linkIn(text, door) {
  const link = new RegExp(`${door.origin.replaceAll('.', '\\.')}/\\S+`).exec(text)?.[0];
  if (!link) throw new Error(`no link of ${door.origin} in ${text.slice(0, 300)}`);
  return link;
}
