/** Keeps every picture, and a page on which a person can look at all of them. */
import { writeFile } from 'node:fs/promises';

const escape = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
const slug = (text) => text.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

export class Gallery {
  #pages = new Map();
  #failures = [];

  constructor(folder) {
    this.folder = folder;
  }

  /** Takes the whole page's picture. */
  async picture(page, flow, title, look) {
    const file = `${slug(flow)}-${slug(title)}-${look}.png`;
    await page.screenshot({ path: `${this.folder}/${file}`, fullPage: true });
    this.#of(flow, title).pictures.push({ file, look });
  }

  /** Keeps what was found. */
  note(flow, title, wrong, facts) {
    Object.assign(this.#of(flow, title), { wrong, facts });
  }

  /** What was seen when a flow failed. */
  async failure(page, name) {
    const file = `failed-${slug(name)}.png`;
    await page.screenshot({ path: `${this.folder}/${file}`, fullPage: true });
    this.#failures.push(file);
  }

  #of(flow, title) {
    const key = `${flow}: ${title}`;
    if (!this.#pages.has(key)) this.#pages.set(key, { pictures: [], wrong: [], facts: '' });
    return this.#pages.get(key);
  }

  /** Writes the contact sheet. */
  async write() {
    const sections = [...this.#pages].toSorted(([one], [other]) => one.localeCompare(other)).map(section);
    const failures = this.#failures.map((file) => `<a href="${file}"><img src="${file}" alt="${file}" loading="lazy"></a>`);
    await writeFile(`${this.folder}/index.html`, `${HEAD}${failures.join('')}${sections.join('\n')}`);
  }
}

function section([name, { pictures, wrong, facts }]) {
  const figures = pictures.map(
    ({ file, look }) => `<figure><a href="${file}"><img src="${file}" alt="${escape(name)}, ${look}" loading="lazy"></a><figcaption>${look}</figcaption></figure>`,
  );
  const faults = wrong.map((one) => `<li>${escape(one)}</li>`).join('');
  return `<section><h2>${escape(name)}</h2><p>${escape(facts)}</p>${faults && `<ul>${faults}</ul>`}<div>${figures.join('')}</div></section>`;
}

const HEAD = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Pages of Doorward</title>
<style>
body { font: 1rem/1.4 system-ui, sans-serif; margin: 1rem; background: #ddd; }
div { display: flex; gap: 1rem; overflow-x: auto; align-items: flex-start; }
figure { margin: 0; } img { height: 24rem; border: 1px solid #888; } li { color: #a00; }
</style>
<h1>Pages of Doorward</h1>
`;
