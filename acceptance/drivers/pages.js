/**
 * Opens Doorward's pages in Chromium, wide and narrow, takes their pictures, and fails
 * for what a person would meet: errors in the console, blocked content, sideways
 * scrolling, a heavy page, fields without labels, a form that never gets back to the client.
 *
 *   node drivers/pages.js < PLAN
 *
 * PLAN is JSON: { chromium, screens, user, password, port, setUp, authorize, errors: { NAME: URL } }.
 * Steps are reported as story.js does it.
 */
import { createServer } from 'node:http';
import { mkdir } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { chromium } from 'playwright-core';

const MAXIMUM_BYTES = 60 * 1024;
const WIDTHS = { wide: 1280, narrow: 360 };
const CALLBACK_SECONDS = 10;

const plan = JSON.parse(await text(process.stdin));
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Waits for the client's side of the redirect; resolves with its parameters. */
function nextCallback() {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url, 'http://127.0.0.1');
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Back at the client</title>');
      if (url.pathname !== '/callback') return;
      clearTimeout(late);
      server.close();
      server.closeAllConnections();
      resolve(url.searchParams);
    });
    const late = setTimeout(() => {
      server.close();
      reject(new Error('the browser did not get back to the client'));
    }, CALLBACK_SECONDS * 1000);
    server.listen(plan.port, '127.0.0.1');
  });
}

/** One tab that notes what goes wrong and how much it loads. */
class Tab {
  static async open(browser, name, width) {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    return new Tab(await context.newPage(), name);
  }

  constructor(page, name) {
    this.page = page;
    this.name = name;
    this.#forget();
    page.on('console', (message) => message.type() === 'error' && this.#note(message.text(), message.location().url));
    page.on('pageerror', (error) => this.#note(String(error), page.url()));
    page.on('response', (response) => this.loading.push(response.body().then((body) => body.length, () => 0)));
  }

  #forget() {
    this.complaints = [];
    this.loading = [];
  }

  // Chromium reports the status of an error page itself as a console error; that is no defect.
  #note(complaint, url) {
    const ownStatus = /the server responded with a status of 4\d\d/.test(complaint) && url === this.page.url();
    if (!ownStatus) this.complaints.push(complaint);
  }

  async goto(url) {
    this.#forget();
    await this.page.goto(url, { waitUntil: 'networkidle' });
  }

  /** Presses something that leads to another page. */
  async press(locator) {
    this.#forget();
    await Promise.all([this.page.waitForEvent('load'), locator.click()]);
    await this.page.waitForLoadState('networkidle');
  }

  async signIn(password) {
    const form = this.page.locator('form:has(input[type=password])').first();
    await form.locator('input:is([type=text], [type=email], :not([type]))').first().fill(plan.user);
    await form.locator('input[type=password]').first().fill(password);
    await this.press(form.getByRole('button').first());
  }

  /** Takes the page's picture and reports what is wrong with it. */
  async judge(title) {
    await this.page.screenshot({ path: `${plan.screens}/${title.replaceAll(' ', '-')}-${this.name}.png`, fullPage: true });
    const bytes = (await Promise.all(this.loading)).reduce((sum, size) => sum + size, 0);
    const wrong = [...this.complaints, ...(await this.page.evaluate(examine))];
    if (bytes > MAXIMUM_BYTES) wrong.push(`${bytes} bytes`);
    say({ step: `${title}, ${this.name}`, ok: wrong.length === 0, detail: wrong.length ? wrong.join('; ') : `${bytes} bytes` });
  }
}

/** Runs in the page. */
function examine() {
  const wrong = [];
  const root = document.documentElement;
  if (root.scrollWidth > root.clientWidth) wrong.push(`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`);
  if (!root.lang) wrong.push('no language');
  if (!document.title) wrong.push('no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  for (const input of document.querySelectorAll('input:not([type=hidden], [type=submit])')) {
    if (!input.labels?.length && !input.getAttribute('aria-label')) wrong.push(`${input.name}: no label`);
  }
  return wrong;
}

async function walk(browser, name, width, decide) {
  const tab = await Tab.open(browser, name, width);
  if (plan.setUp) {
    await tab.goto(plan.setUp);
    await tab.judge('set-up');
  }
  for (const [title, url] of Object.entries(plan.errors)) {
    await tab.goto(url);
    await tab.judge(title);
  }
  await tab.goto(plan.authorize);
  await tab.judge('sign-in');
  await tab.signIn('not the password');
  await tab.judge('sign-in refused');
  await tab.signIn(plan.password);
  await tab.judge('consent');

  const callback = nextCallback();
  callback.catch(() => {}); // reported below, also when pressing the button fails first
  await tab.page.getByRole('button', { name: decide.button }).click();
  const parameters = await callback;
  say({ step: `${decide.step}, ${name}`, ok: parameters.has(decide.parameter) && parameters.has('iss'), detail: [...parameters.keys()].join(', ') });
  await tab.page.context().close();
}

await mkdir(plan.screens, { recursive: true });
const browser = await chromium.launch({ executablePath: plan.chromium, args: ['--no-sandbox'] });
const decisions = {
  wide: { step: 'denying gets back to the client', button: /deny|cancel|refuse/i, parameter: 'error' },
  narrow: { step: 'allowing gets back to the client', button: /allow|approve|authorize/i, parameter: 'code' },
};
for (const [name, width] of Object.entries(WIDTHS)) {
  try {
    await walk(browser, name, width, decisions[name]);
  } catch (error) {
    say({ step: `the walk is finished, ${name}`, ok: false, detail: error.message.split('\n').slice(0, 3).join(' ') });
  }
}
await browser.close();
say({ done: true });
