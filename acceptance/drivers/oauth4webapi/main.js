/**
 * oauth4webapi through one chapter, a feature each (scenarios/oauth4webapi.py).
 *
 *   node drivers/oauth4webapi/main.js ENDPOINT CHAPTER CLIENTS
 *
 * CLIENTS are those that an administrator registered, as JSON by name.
 */
import { done } from '../story.js';
import { Door } from './door.js';

const chapters = {
  'authorization code': './code.js',
  'client authentication': './authentication.js',
  'client documents': './documents.js',
  'pushed requests': './pushed.js',
  'signed requests': './signed.js',
  'bound tokens': './dpop.js',
  'client credentials': './credentials.js',
  'device authorization': './device.js',
  'token exchange': './exchange.js',
  'introspection': './introspection.js',
  'signing in': './openid.js',
};

const [endpoint, chapter, clients] = process.argv.slice(2);
const { tell } = await import(chapters[chapter]);
await tell(await Door.find(endpoint), JSON.parse(clients));
done();
