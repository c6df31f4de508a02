/** Somebody with a browser: goes to pages, fills forms, and notes what goes wrong on the way. */
const CLIENT_SIDE = /^http:\/\/127\.0\.0\.1:\d+\/callback/;

export class Person {
  static async come(browser, options) {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    context.setDefaultTimeout(15_000);
    return new Person(context, await context.newPage());
  }

  constructor(context, page) {
    this.context = context;
    this.page = page;
    this.complaints = [];
    page.on('console', (message) => message.type() === 'error' && this.#note(message.text(), message.location().url));
    page.on('pageerror', (error) => this.#note(String(error), page.url()));
    page.on('request', (request) => this.#lookAt(request));
  }

  // Chromium reports the status of an error page itself as a console error; that is no defect.
  #note(complaint, url) {
    const ownStatus = /the server responded with a status of [45]\d\d/.test(complaint) && url === this.page.url();
    if (!ownStatus) this.complaints.push(`console: ${complaint}`);
  }

  // Only people go elsewhere, by a link or an answer; pages fetch nothing from there.
  #lookAt(request) {
    const url = new URL(request.url());
    if (request.isNavigationRequest() || url.protocol === 'data:' || CLIENT_SIDE.test(request.url())) return;
    const own = new URL(request.frame().url() === 'about:blank' ? request.url() : request.frame().url()).origin;
    if (url.origin !== own) this.complaints.push(`a request to ${url.origin}`);
  }

  async goto(url) {
    this.complaints.length = 0;
    const answer = await this.page.goto(url, { waitUntil: 'load' });
    return answer;
  }

  /** Presses something that leads to another page. */
  async press(locator) {
    this.complaints.length = 0;
    await Promise.all([this.page.waitForEvent('load'), locator.click()]);
  }

  /** Presses a key that leads to another page. */
  async pressKey(key) {
    this.complaints.length = 0;
    await Promise.all([this.page.waitForEvent('load'), this.page.keyboard.press(key)]);
  }

  /** The form that asks for a password. */
  get passwordForm() {
    return this.page.locator('form:has(input[name=password])').first();
  }

  /** Fills the sign-in form and sends it with the key Enter. */
  async signIn(name, password) {
    const form = this.passwordForm;
    if (await form.locator('input[name=username]').count()) await form.locator('input[name=username]').fill(name);
    await form.locator('input[name=password]').fill(password);
    await this.pressKey('Enter');
  }

  /** Fills fields by name, and presses the form's first button. */
  async fill(fields, button = 'button[type=submit]') {
    const first = Object.keys(fields)[0];
    const form = this.page.locator(`form:has([name="${first}"])`).first();
    for (const [name, value] of Object.entries(fields)) await form.locator(`[name="${name}"]`).fill(value);
    await this.press(form.locator(button).first());
  }

  /** Allows or denies on a consent page. */
  async decide(decision) {
    await this.page.locator(`button[name=decision][value=${decision}]`).click();
  }

  async says(pattern) {
    return pattern.test(await this.page.locator('body').innerText());
  }

  async leave() {
    await this.context.close();
  }
}
