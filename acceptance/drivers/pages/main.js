/**
 * Walks through Doorward's pages in Chromium as people do, and judges each page on the way
 * (judge.js). One flow a file below `flows/`; they run several at a time, each in browsers of
 * its own.
 *
 *   node drivers/pages/main.js < PLAN
 *
 * PLAN is JSON: { chromium, screens, binary, password, flows, mail, servants: { NAME: ORIGIN },
 * doors: { NAME: { origin, resource, data, ... } } }. `mail` is the port at which letters arrive.
 * `flows` names those to walk; without it all are walked. Steps are reported as story.js does it.
 */
import { mkdir, rm } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { chromium } from 'playwright-core';
import { Door } from './door.js';
import { Gallery } from './gallery.js';
import { FLOWS } from './flows/index.js';
import { Mailbox } from './mailbox.js';
import { Stage } from './stage.js';

const AT_ONCE = 4;
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const plan = JSON.parse(await text(process.stdin));
const chosen = Object.entries(FLOWS).filter(([name]) => !plan.flows?.length || plan.flows.includes(name));
const doors = Object.fromEntries(Object.entries(plan.doors).map(([name, door]) => [name, new Door(plan, door)]));
await rm(plan.screens, { recursive: true, force: true });
await mkdir(plan.screens, { recursive: true });
const gallery = new Gallery(plan.screens);
const mailbox = new Mailbox(plan.mail);
const browser = await chromium.launch({ executablePath: plan.chromium, args: ['--no-sandbox'] });

async function walk(name, flow) {
  const stage = new Stage({ name, browser, gallery, say, doors, servants: plan.servants, mailbox });
  try {
    await flow(stage);
    say({ step: `${name}: walked to its end`, ok: true });
  } catch (error) {
    say({ step: `${name}: walked to its end`, ok: false, detail: `${error.stack ?? error}`.split('\n').slice(0, 6).join(' ') });
    await stage.pictureOfFailure();
  } finally {
    await stage.close();
  }
}

const waiting = [...chosen];
async function walkOn() {
  for (let next = waiting.shift(); next; next = waiting.shift()) await walk(...next);
}
await Promise.all(Array.from({ length: AT_ONCE }, walkOn));

await browser.close();
mailbox.close();
await gallery.write();
say({ done: true });
