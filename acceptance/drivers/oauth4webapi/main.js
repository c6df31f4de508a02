/**
 * oauth4webapi through one chapter, a feature each (scenarios/oauth4webapi.py).
 *
 *   node drivers/oauth4webapi/main.js ENDPOINT CHAPTER
 */
import { done } from '../story.js';
import { Door } from './door.js';

const chapters = {
  'authorization code': './code.js',
  'client authentication': './authentication.js',
};

const [endpoint, chapter] = process.argv.slice(2);
const { tell } = await import(chapters[chapter]);
await tell(await Door.find(endpoint));
done();
