/** Judges one page in every size and scheme, and takes its pictures. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

const MAXIMUM_BYTES = 60 * 1000;
const WIDTHS = [320, 768, 1280, 1600];
const LOOKS = [
  ...WIDTHS.flatMap((width) => ['light', 'dark'].map((scheme) => ({ width, scheme, forced: false }))),
  { width: 1280, scheme: 'dark', forced: true },
];
const FEW = LOOKS.filter(({ width, scheme, forced }) => scheme === 'light' && !forced && (width === 320 || width === 1280));
const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
// Style sheets are not fetched again: the page's own policy forbids it. `target-size` is of WCAG 2.2.
const settings = (forced) => ({
  preload: false,
  resultTypes: ['violations'],
  // Forced colours are the person's own, whatever the style sheet says.
  rules: { 'target-size': { enabled: true }, 'color-contrast': { enabled: !forced } },
});

/** Returns what is wrong with the page that `person` sees, and how much it loads. */
export async function judge(person, { gallery, flow, title, few }) {
  const { page } = person;
  const wrong = [...new Set(person.complaints)];
  const bytes = await page.evaluate(weigh);
  if (bytes > MAXIMUM_BYTES) wrong.push(`${bytes} bytes`);
  wrong.push(...(await page.evaluate(examine)));
  const found = new Map();
  await page.evaluate(AXE);
  const looks = few ? FEW : LOOKS;
  for (const look of looks) {
    for (const fault of await lookAt(page, look, gallery, [flow, title])) {
      found.set(fault, [...(found.get(fault) ?? []), nameOf(look)]);
    }
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await page.setViewportSize({ width: 1280, height: 900 });
  for (const [fault, where] of found) wrong.push(`${fault} (${where.join(', ')})`);
  return { wrong, kilobytes: (bytes / 1000).toFixed(1), looks: looks.length };
}

async function lookAt(page, look, gallery, [flow, title]) {
  await page.emulateMedia({ colorScheme: look.scheme, forcedColors: look.forced ? 'active' : 'none' });
  await page.setViewportSize({ width: look.width, height: 900 });
  await gallery.picture(page, flow, title, nameOf(look));
  const faults = await page.evaluate(async (asked) => {
    const { violations } = await globalThis.axe.run(document, asked);
    const root = document.documentElement;
    const sideways = root.scrollWidth > root.clientWidth ? [`scrolls sideways: ${root.scrollWidth} > ${root.clientWidth}`] : [];
    const named = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(' ')).slice(0, 3).join(', ')}`);
    return [...sideways, ...named];
  }, settings(look.forced));
  return faults;
}

const nameOf = ({ width, scheme, forced }) => `${width}-${forced ? 'forced' : scheme}`;

/** Runs in the page: all that it loaded, uncompressed. */
function weigh() {
  const loaded = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
  return loaded.reduce((sum, entry) => sum + entry.decodedBodySize, 0);
}

/** Runs in the page: what axe does not ask. */
function examine() {
  const wrong = [];
  if (!document.documentElement.lang) wrong.push('no language');
  if (!document.title) wrong.push('no title');
  if (document.querySelectorAll('h1').length !== 1) wrong.push('not one h1');
  // Whoever took the page's picture left a style there.
  if (!globalThis.axe && document.querySelector('script:not([src]), style, [style], [onclick], [onload], [onsubmit]')) wrong.push('something inline');
  for (const input of document.querySelectorAll('input:not([type=hidden], [type=submit])')) {
    if (!input.labels?.length && !input.getAttribute('aria-label')) wrong.push(`${input.name}: no label`);
  }
  const words = `${document.title} ${document.body.innerText}`;
  const unresolved = /\{\s*\$?[a-z-]+\s*\}|\{\{|\bundefined\b/.exec(words);
  if (unresolved) wrong.push(`says ${unresolved[0]}`);
  return wrong;
}
