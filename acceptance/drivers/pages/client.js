/** A program that asks for access: registers, waits for its answer, redeems it, and calls tools. */
import { createHash, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';

const CALLBACK_SECONDS = 15;

export class Client {
  #waiting = [];
  #early = [];

  /** Registers at `door`. `resource: null` asks for whichever server the person chooses. */
  static async register(door, { name = 'Walk through the pages', scope = 'mcp:read mcp:write', resource = door.resource } = {}) {
    const client = new Client(door, scope, resource);
    client.metadata = await (await fetch(`${door.origin}/.well-known/oauth-authorization-server`)).json();
    await client.#listen();
    const wanted = {
      client_name: name,
      redirect_uris: [client.redirect],
      grant_types: ['authorization_code', 'refresh_token'],
      token_endpoint_auth_method: 'none',
      scope,
    };
    const answer = await client.#post(client.metadata.registration_endpoint, JSON.stringify(wanted), 'application/json');
    if (answer.status !== 201) throw new Error(`registration: ${answer.status} ${answer.text}`);
    client.id = answer.json.client_id;
    return client;
  }

  constructor(door, scope, resource) {
    Object.assign(this, { door, scope, resource, verifier: randomBytes(32).toString('base64url') });
  }

  async #listen() {
    this.server = createServer((request, response) => {
      const url = new URL(request.url, 'http://127.0.0.1');
      response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><html lang="en"><title>Back at the client</title><h1>Back at the client</h1>');
      if (url.pathname !== '/callback') return;
      const next = this.#waiting.shift();
      if (next) next(url.searchParams);
      else this.#early.push(url.searchParams);
    });
    await new Promise((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    this.redirect = `http://127.0.0.1:${this.server.address().port}/callback`;
  }

  /** Where to send a person. */
  url(changed = {}) {
    const parameters = {
      response_type: 'code',
      client_id: this.id,
      redirect_uri: this.redirect,
      scope: this.scope,
      state: 'walk',
      ...(this.resource ? { resource: this.resource } : {}),
      code_challenge: createHash('sha256').update(this.verifier).digest('base64url'),
      code_challenge_method: 'S256',
      ...changed,
    };
    return `${this.metadata.authorization_endpoint}?${new URLSearchParams(parameters)}`;
  }

  /** The next answer that a browser brings. */
  async answer() {
    if (this.#early.length) return this.#early.shift();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('the browser did not get back to the client')), CALLBACK_SECONDS * 1000);
      this.#waiting.push((parameters) => {
        clearTimeout(late);
        resolve(parameters);
      });
    });
  }

  /** Redeems a code. */
  async redeem(code, more = {}) {
    const fields = { grant_type: 'authorization_code', code, redirect_uri: this.redirect, code_verifier: this.verifier, ...more };
    if (this.resource) fields.resource = this.resource;
    return this.token(fields);
  }

  async refresh(tokens) {
    return this.token({ grant_type: 'refresh_token', refresh_token: tokens.refresh_token });
  }

  async token(fields) {
    const answer = await this.#post(this.metadata.token_endpoint, new URLSearchParams({ client_id: this.id, ...fields }).toString(), 'application/x-www-form-urlencoded');
    if (answer.status !== 200) throw new Error(`token: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  /** Sends one request of the stateless era. */
  async call(token, method, params = {}) {
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'walk', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } });
    const headers = {
      authorization: `Bearer ${token}`,
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      ...(params.name ? { 'mcp-name': params.name } : {}),
    };
    return this.#post(this.resource, body, 'application/json', headers);
  }

  async #post(url, body, type, headers = {}) {
    const response = await fetch(url, { method: 'POST', body, headers: { 'content-type': type, ...headers } });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  }

  async leave() {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** JSON, or the last JSON of an event stream. */
function parse(text) {
  const data = text.split('\n').filter((line) => line.startsWith('data: {')).at(-1);
  try {
    return JSON.parse(data ? data.slice('data: '.length) : text);
  } catch {
    return null;
  }
}
