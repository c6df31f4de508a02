/** Identity providers that the scenario started beside Doorward (`identity/`). */

/** The address of one. */
export function provider(stage, name) {
  return stage.servants[name];
}

/** Tells it how to behave. */
export async function control(origin, behaviour) {
  const answer = await fetch(`${origin}/control`, { method: 'POST', body: JSON.stringify(behaviour) });
  if (!answer.ok) throw new Error(`${origin}/control: ${answer.status}`);
}

/** Presses the button of a provider on the sign-in page, and waits until the browser is there. */
export async function goTo(person, name, origin) {
  await person.page.locator(`form[action$="/login/${name}"] button`).click();
  await person.page.waitForURL((url) => url.origin === origin);
}

/** Says who one is, there, and comes back. */
export async function decideAt(person, name) {
  await person.page.locator('input[name=name]').fill(name);
  await person.pressKey('Enter');
}
