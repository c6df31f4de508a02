/** People of an OpenID Provider: admitted, not admitted, linked, and every way in which it can fail. */
import { setTimeout as pause } from 'node:timers/promises';
import { control, decideAt, goTo, provider } from '../provider.js';

/** Keys are not asked for twice in a minute. */
const ASKED_AGAIN_MS = 61_000;

export async function openIdProvider(stage) {
  const door = stage.doors.full;
  const corp = provider(stage, 'corp');
  const client = await stage.client(door);

  const person = await stage.person();
  await person.goto(client.url());
  await stage.judge(person, 'sign-in, with providers', { path: '/login' });
  await leave(stage, person, corp);
  await person.goto(client.url());
  await goTo(person, 'corp', corp);
  await decideAt(person, 'carol');
  await stage.judge(person, 'consent of somebody of a provider', { path: '/consent', text: /carol/ }); // CO-03
  await person.decide('allow');
  const tokens = await client.redeem((await client.answer()).get('code'));
  stage.step('the client gets its token', Boolean(tokens.access_token));
  await person.goto(`${door.origin}/account/links`);
  await stage.judge(person, 'links', { path: '/account/links' });

  const outsider = await stage.person();
  await outsider.goto(client.url());
  await goTo(outsider, 'corp', corp);
  await decideAt(outsider, 'dave');
  await stage.judge(outsider, 'not admitted');
  const known = await door.listing('user', 'list');
  stage.step('nobody was created', !JSON.stringify(known).includes('dave'));

  await signOutThere(stage, person, corp);
}

/** The page on the way, which goes on by itself: it is held here until it is judged. */
async function leave(stage, person, corp) {
  await person.context.route(`${corp}/**`, (route) => route.abort('aborted'));
  await person.press(person.page.locator('form[action$="/login/corp"] button'));
  await stage.judge(person, 'on the way to the provider', { path: '/login/corp' });
  await person.context.unroute(`${corp}/**`);
}

/** Signing out at the provider ends the session here (back-channel logout). */
async function signOutThere(stage, person, corp) {
  const door = stage.doors.full;
  await person.goto(`${corp}/session/end`);
  await person.press(person.page.locator('button[name=logout]'));
  await person.goto(`${door.origin}/account/links`);
  stage.step('signing out at the provider signs out here', new URL(person.page.url()).pathname === '/login', person.page.url().slice(0, 80));
}

/** An address that an account here has already: proven first, then linked by confirmation. */
export async function linking(stage) {
  const door = stage.doors.full;
  const user = await door.addUser('erins-account');
  await door.command(['user', 'set', user, '--mail', 'erin@corp.example']);
  const linked = async () => JSON.stringify(await door.listing('user', 'links')).includes('erin"');
  const person = await stage.person();
  await person.goto(`${door.origin}/login`);
  await goTo(person, 'corp', provider(stage, 'corp'));
  await decideAt(person, 'erin');
  await stage.judge(person, 'the address is of an account here');
  stage.step('mail alone links nobody', !(await linked())); // LG-05
  await person.press(person.page.locator('main a').first());
  await person.signIn(user, door.password);
  await stage.judge(person, 'confirming the link', { path: '/account/links' });
  await person.press(person.page.locator('button[name=action][value=confirm]'));
  await stage.judge(person, 'linked', { path: '/account/links' });
  stage.step('the link is there now', await linked());
}

/** What goes wrong at the provider is said, can be tried again, and leaves nothing. */
export async function providerFails(stage) {
  const door = stage.doors.failing;
  const shaky = provider(stage, 'shaky');
  await comeBack(stage, 'carol');
  const known = Date.now(); // the provider's keys
  const faults = { down: { down: '/token' }, 'answering nonsense': { lie: 'nonsense' }, 'naming somebody else': { lie: 'userinfo' } };
  for (const [title, fault] of Object.entries(faults)) {
    await control(shaky, fault);
    const person = await comeBack(stage, 'carol');
    await control(shaky, { down: '', lie: '' });
    await stage.judge(person, `the provider is ${title}`, { path: '/login/shaky/callback' });
    stage.step(`${title}: nobody is signed in`, !(await signedIn(person, door)));
  }
  await pause(known + ASKED_AGAIN_MS - Date.now()); // who makes up names of keys causes no traffic
  await control(shaky, { rotate: true });
  const person = await comeBack(stage, 'carol');
  const said = await person.page.locator('main').innerText();
  stage.step('other keys are fetched, and it works again', await signedIn(person, door), said.replaceAll(/\s+/g, ' ').slice(0, 120));
}

/** Somebody goes to the provider and says who they are. */
async function comeBack(stage, name) {
  const person = await stage.person();
  await person.goto(`${stage.doors.failing.origin}/login`);
  await goTo(person, 'shaky', provider(stage, 'shaky'));
  await decideAt(person, name);
  return person;
}

async function signedIn(person, door) {
  await person.goto(`${door.origin}/account/links`);
  return new URL(person.page.url()).pathname === '/account/links';
}
