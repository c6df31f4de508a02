/** What a flow is given: doors, people with browsers, and a judge. */
import { Client } from './client.js';
import { judge } from './judge.js';
import { walkByKeyboard } from './keyboard.js';
import { Person } from './person.js';

export class Stage {
  #people = [];
  #clients = [];

  constructor(given) {
    Object.assign(this, given); // name, browser, gallery, say, doors, servants, mailbox
  }

  /** Somebody with a browser of their own; `options` are Playwright's of a context. */
  async person(options = {}) {
    const person = await Person.come(this.browser, options);
    this.#people.push(person);
    return person;
  }

  /** A program that registers at `door` and listens for its answers. */
  async client(door, options = {}) {
    const client = await Client.register(door, options);
    this.#clients.push(client);
    return client;
  }

  /** Reports a step. */
  step(what, ok, detail) {
    this.say({ step: `${this.name}: ${what}`, ok: Boolean(ok), detail });
    return ok;
  }

  /** Judges the page that `person` sees, in every size and scheme and by keyboard; or, `few`, in two sizes alone. */
  async judge(person, title, expected = {}) {
    const { wrong, kilobytes, looks } = await judge(person, { gallery: this.gallery, flow: this.name, title, few: expected.few });
    const walked = expected.few ? { wrong: [], stops: 'no' } : await walkByKeyboard(person.page);
    const all = [...wrong, ...walked.wrong, ...(await this.#unexpected(person, expected))];
    const size = `${kilobytes} KB, ${looks} looks, ${walked.stops} stops`;
    this.step(title, all.length === 0, all.length ? all.join('; ') : size);
    this.gallery.note(this.name, title, all, `${size}, ${new URL(person.page.url()).pathname}`);
  }

  async #unexpected(person, { path, text, language }) {
    const wrong = [];
    const found = new URL(person.page.url()).pathname;
    if (path && found !== path) wrong.push(`at ${found} instead of ${path}`);
    const spoken = await person.page.locator('html').getAttribute('lang');
    if (language && !spoken.startsWith(language)) wrong.push(`in ${spoken} instead of ${language}`);
    if (text && !text.test(await person.page.locator('body').innerText())) wrong.push(`does not say ${text}`);
    return wrong;
  }

  /** When a flow fails, what was seen last helps. */
  async pictureOfFailure() {
    for (const [number, person] of this.#people.entries()) {
      await this.gallery.failure(person.page, `${this.name}-${number}`).catch(() => {});
    }
  }

  async close() {
    await Promise.all([...this.#people, ...this.#clients].map((one) => one.leave()));
  }
}
