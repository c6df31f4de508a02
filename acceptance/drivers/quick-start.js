/**
 * A newcomer at the keyboard: makes the first account, connects the MCP Inspector, calls a tool.
 *
 *   node drivers/quick-start.js PLAN
 *
 * PLAN is JSON: { chromium, user, password, setUp, pictures }. Types and looks as slowly as people
 * do. Asks the orchestrator to start the Inspector (`inspector`), and tells it what is done (`took`).
 */
import { mkdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { ask, done, step } from './story.js';

const LOOK_MS = 2_000;
const KEY_MS = 250;

const plan = JSON.parse(process.argv[2]);
await mkdir(plan.pictures, { recursive: true });
const browser = await chromium.launch({ executablePath: plan.chromium, args: ['--no-sandbox'] });
const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
page.setDefaultTimeout(20_000);

async function look(name) {
  await page.screenshot({ path: `${plan.pictures}/${name}.png`, fullPage: true });
  await pause(LOOK_MS);
}

async function type(name, words) {
  await page.locator(`[name=${name}]`).pressSequentially(words, { delay: KEY_MS });
}

await step('the link makes the first account', async () => {
  await page.goto(plan.setUp);
  await look('1-set-up');
  await type('username', plan.user);
  await type('password', plan.password);
  await type('again', plan.password);
  await page.keyboard.press('Enter');
  await page.waitForURL('**/setup/done');
  await look('2-ready');
  await ask('took', { what: 'the first account is made' });
});

await step('the Inspector starts', async () => {
  const { url } = await ask('inspector');
  await page.goto(url);
  await page.getByRole('switch').waitFor();
  await look('3-inspector');
});

await step('connecting leads to the consent page', async () => {
  await page.getByRole('switch').click({ force: true });
  await page.locator('button[name=decision][value=allow]').waitFor();
  await look('4-consent');
  await ask('took', { what: 'the Inspector asked, and the consent page shows what for' });
});

await step('allowing connects', async () => {
  await page.locator('button[name=decision][value=allow]').click();
  await page.getByText('Connected', { exact: true }).first().waitFor();
  await ask('took', { what: 'allowed; the Inspector is connected' });
  await look('5-connected');
});

await step('a tool answers', async () => {
  await page.getByText('Tools', { exact: true }).first().click();
  await page.getByText('list_notes', { exact: true }).first().click();
  await look('6-tool');
  await page.getByRole('button', { name: 'Execute Tool' }).click();
  await page.getByText('1: Welcome').waitFor();
  await ask('took', { what: 'a tool has answered' });
  await look('7-answer');
});

await browser.close();
done();
