/** Invitations: by name, by mail with a name to choose, once, and taken back. */
import { linkIn } from './reset.js';

const PASSWORD = 'a lighthouse of seven oranges';

export async function invitation(stage) {
  const door = stage.doors.full;
  const named = linkIn(await door.command(['user', 'invite', 'invited']), door);
  const person = await stage.person();
  await person.goto(named);
  await stage.judge(person, 'invited by name', { path: '/invitation' });
  await person.page.locator('[name=password]').fill(PASSWORD);
  await person.page.locator('[name=again]').fill(PASSWORD);
  await person.pressKey('Enter');
  await stage.judge(person, 'the invitation is accepted');
  await person.goto(`${door.origin}/account`);
  stage.step('whoever accepted is signed in', new URL(person.page.url()).pathname === '/account');
  const again = await stage.person();
  await again.goto(named);
  await stage.judge(again, 'an invitation used twice');

  await door.command(['user', 'invite', 'guest@mail.example', '--send']);
  const letter = await stage.mailbox.letter('guest@mail.example');
  await again.goto(linkIn(letter.text, door));
  await stage.judge(again, 'invited by mail, a name to choose', { path: '/invitation' });
  await again.fill({ username: 'invited', password: PASSWORD, again: PASSWORD });
  await stage.judge(again, 'invited, the name is taken', { path: '/invitation' });
}
