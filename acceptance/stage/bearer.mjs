/**
 * Preload for the conformance suite (`node --import`): its server mode cannot send a
 * token, so this adds one to every request that goes to BEARER_ORIGIN without one.
 * Node announces requests before they are sent, those of fetch and undici on one
 * channel and those of node:http on another.
 */
import { subscribe } from 'node:diagnostics_channel';

const { BEARER_TOKEN, BEARER_ORIGIN } = process.env;
const value = `Bearer ${BEARER_TOKEN}`;

subscribe('undici:request:create', ({ request }) => {
  const headers = [request.headers].flat().map(String);
  const present = headers.some((header) => /^authorization\b/i.test(header));
  if (String(request.origin) === BEARER_ORIGIN && !present) request.addHeader('authorization', value);
});

subscribe('http.client.request.created', ({ request }) => {
  const origin = `${request.protocol}//${request.getHeader('host')}`;
  if (origin === BEARER_ORIGIN && !request.hasHeader('authorization')) request.setHeader('authorization', value);
});
