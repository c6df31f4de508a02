/** People of GitHub: members of an organization come in, also when it stands on the second page. */
import { control, decideAt, goTo, provider } from '../provider.js';

export async function github(stage) {
  const door = stage.doors.full;
  const hub = provider(stage, 'github');
  const client = await stage.client(door);
  const person = await stage.person();
  await person.goto(client.url());
  await goTo(person, 'github', hub);
  await decideAt(person, 'octavia');
  await stage.judge(person, 'consent of somebody of GitHub', { path: '/consent', text: /octavia/ });
  await person.decide('allow');
  stage.step('the client gets its answer', (await client.answer()).has('code'));

  const outsider = await stage.person();
  await outsider.goto(client.url());
  await goTo(outsider, 'github', hub);
  await decideAt(outsider, 'oscar');
  await stage.judge(outsider, 'not of the organization');

  const unlucky = await stage.person();
  await unlucky.goto(client.url());
  await goTo(unlucky, 'github', hub);
  await unlucky.page.locator('input[name=name]').fill('octavia');
  const back = unlucky.page.waitForURL((url) => url.origin === door.origin);
  await control(hub, { lie: 'somebody else' });
  await unlucky.page.keyboard.press('Enter');
  await back;
  await control(hub, { lie: '' });
  stage.step('whoever GitHub names is judged, not whoever began', new URL(unlucky.page.url()).pathname !== '/consent');
}
