/** Walks through a page with the Tab key: everything is reached, in order, and the focus shows. */

/** Returns how many stops there are, and what is wrong with them. */
export async function walkByKeyboard(page) {
  const expected = await page.evaluate(prepare);
  const wrong = await page.evaluate(examineSkipLink);
  const seen = [];
  for (let press = 0; press < expected.length; press += 1) {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(stop));
  }
  const names = seen.map((one) => one.number);
  if (expected.some((number, place) => names[place] !== number)) {
    const missing = expected.filter((number) => !names.includes(number));
    const who = await page.evaluate((numbers) => numbers.map((number) => globalThis.stops[number].outerHTML.slice(0, 60)), missing);
    wrong.push(missing.length ? `Tab does not reach ${who.join(', ')}` : `Tab goes ${names.join(' ')} instead of ${expected.join(' ')}`);
  }
  for (const one of seen) if (one.wrong) wrong.push(one.wrong);
  await page.evaluate(() => document.activeElement?.blur());
  return { stops: expected.length, wrong: [...new Set(wrong)] };
}

/** Runs in the page: numbers what the keyboard must reach, and starts at the top. */
function prepare() {
  const candidates = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]';
  const groups = new Set();
  const once = (element) => {
    if (element.type !== 'radio') return true;
    const group = [...document.querySelectorAll(`input[type=radio][name="${element.name}"]`)];
    const chosen = group.find((one) => one.checked);
    if (chosen ? chosen !== element : groups.has(element.name)) return false;
    groups.add(element.name);
    return true;
  };
  const usable = (element) => !element.disabled && element.checkVisibility({ visibilityProperty: true });
  globalThis.stops = [...document.querySelectorAll(candidates)].filter((element) => usable(element) && once(element));
  globalThis.unfocused = null;
  const top = document.body;
  top.tabIndex = -1;
  document.activeElement?.blur();
  globalThis.unfocused = new Map(globalThis.stops.map((element) => [element, { ...looks(element) }]));
  top.focus();
  top.removeAttribute('tabindex');
  globalThis.scrollTo(0, 0);
  return globalThis.stops.map((_, number) => number);

  function looks(element) {
    const { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor } = getComputedStyle(element);
    return { outlineStyle, outlineWidth, boxShadow, borderColor, backgroundColor };
  }
}

/** Runs in the page: where the focus is, and whether a person sees it. */
async function stop() {
  const element = document.activeElement;
  await Promise.allSettled(element.getAnimations().map((animation) => animation.finished));
  const number = globalThis.stops.indexOf(element);
  if (number < 0) return { number };
  const style = getComputedStyle(element);
  const outlined = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1;
  const shadowed = style.boxShadow !== globalThis.unfocused.get(element).boxShadow;
  const label = element.outerHTML.slice(0, 60);
  if (!outlined && !shadowed) return { number, wrong: `focus does not show on ${label}` };
  const box = element.getBoundingClientRect();
  const inside = box.width > 0 && box.bottom > 0 && box.right > 0 && box.top < innerHeight && box.left < innerWidth;
  return inside ? { number } : { number, wrong: `focus is out of sight on ${label}` };
}

/** Runs in the page: what stands before the content can be skipped. */
function examineSkipLink() {
  const main = document.querySelector('main');
  const before = globalThis.stops.filter((element) => main && element.compareDocumentPosition(main) & Node.DOCUMENT_POSITION_FOLLOWING);
  if (!before.length) return [];
  const [first] = before;
  const target = first.getAttribute('href')?.startsWith('#') && document.getElementById(first.getAttribute('href').slice(1));
  return target && (target === main || main.contains(target)) ? [] : ['no skip link before what precedes the content'];
}
