/** A judge that cannot fail shows nothing: a page with every fault, and each must be found. */
import { createServer } from 'node:http';
import { judge } from '../judge.js';
import { walkByKeyboard } from '../keyboard.js';

const FAULTY = `<!doctype html><html><head><title></title>
<style>a:focus { outline: none; } p { width: 2000px; color: #ccc; background: #fff; }</style></head>
<body><a href="/">Away</a><p>{$name} is pale and wide</p><input name="nameless"><button style="position: fixed; left: -900px">Gone</button>
<script>console.error('a complaint')</script><img src="http://127.0.0.1:9/picture.png"><main><h2>Two</h2></main>
<!-- ${'heavy '.repeat(11_000)} --></body></html>`;
const EXPECTED = [
  'console: a complaint', 'a request to http://127.0.0.1:9', 'bytes', 'no language', 'no title', 'not one h1', 'something inline',
  'nameless: no label', 'says {$name}', 'scrolls sideways', 'color-contrast', 'image-alt', 'html-has-lang',
];
const BY_KEYBOARD = ['focus does not show', 'focus is out of sight', 'no skip link'];

export async function judgeItself(stage) {
  const server = createServer((_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(FAULTY));
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const person = await stage.person();
    await person.goto(`http://127.0.0.1:${server.address().port}/`);
    const { wrong } = await judge(person, { gallery: { picture: () => {} }, flow: '', title: '' });
    const walked = await walkByKeyboard(person.page);
    for (const [what, found, expected] of [['eyes', wrong, EXPECTED], ['hands', walked.wrong, BY_KEYBOARD]]) {
      const missed = expected.filter((fault) => !found.some((one) => one.includes(fault)));
      stage.step(`finds every fault of a bad page by ${what}`, missed.length === 0, missed.length ? `missed: ${missed.join(', ')}` : `${found.length} found`);
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
