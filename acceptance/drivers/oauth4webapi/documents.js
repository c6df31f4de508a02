/** Client ID Metadata Documents: a client is what the document at its identifier says. */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import * as oauth from 'oauth4webapi';
import { must, step } from '../story.js';
import { LOOPBACK, REDIRECT, refusedWith } from './door.js';

export async function tell(door, { host }) {
  const { privateKey, publicKey } = await oauth.generateKeyPair('ES256', { extractable: true });
  const kid = 'acceptance';
  const jwk = { ...(await crypto.subtle.exportKey('jwk', publicKey)), kid, alg: 'ES256', use: 'sig' };
  const own = oauth.PrivateKeyJwt({ key: privateKey, kid });
  const documents = await Documents.serve(host);
  const named = { client_name: 'Documented', redirect_uris: [REDIRECT] };
  const open = documents.client('/open.json', { ...named, token_endpoint_auth_method: 'none' });
  const keyed = documents.client('/keyed.json', {
    ...named,
    token_endpoint_auth_methods_supported: ['none', 'private_key_jwt'],
    jwks_uri: documents.at('/keys.json'),
    unknown: { to: 'everybody' },
  });
  documents.put('/keys.json', { keys: [jwk] });
  let tokens;

  await step('the metadata announces them', () =>
    must(door.server.client_id_metadata_document_supported === true, 'it does not'),
  );

  await step('a client that nobody registered signs in, refreshes, calls', async () => {
    tokens = await door.tokens(open, oauth.None());
    tokens = await door.refresh(open, oauth.None(), tokens.refresh_token);
    await door.call(tokens.access_token);
  });

  await step('its document was fetched once', () => must(documents.asked('/open.json') === 1, 'it was not')); // RG-07

  await step('of the methods that it offers the one with a key is demanded', async () => {
    tokens = await door.tokens(keyed, own); // A-046, interop 3
    await door.call(tokens.access_token);
    return refusedWith('invalid_client', door.refresh(keyed, oauth.None(), tokens.refresh_token)); // TK-01
  });

  const liar = documents.client('/liar.json', { ...named, client_id: documents.at('/other.json') });
  const secretive = documents.client('/secret.json', { ...named, client_secret: 'everybody can read it' });
  const missing = { client_id: documents.at('/missing.json') };
  for (const [what, client, said] of [
    ['that is about another client', liar, 'another client_id'],
    ['with a secret', secretive, 'client secret'],
    ['that is not there', missing, 'status 404'],
  ]) {
    await step(`a document ${what} is a page that says so`, async () => {
      const { parameters } = await door.request(client);
      const url = new URL(door.server.authorization_endpoint);
      for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
      const response = await fetch(url, { redirect: 'manual' });
      const page = await response.text();
      must(response.status === 400 && page.includes(said), `${response.status} ${page.slice(0, 300)}`);
      return response.status;
    });
  }

  await step('and nothing of it reaches the token endpoint', () =>
    refusedWith('invalid_client', door.refresh(liar, oauth.None(), 'anything', LOOPBACK)),
  );
  documents.close();
}

/** A host of documents: HTTPS on the loopback interface. */
class Documents {
  static async serve({ certificate, key }) {
    const documents = new Documents();
    documents.pages = new Map();
    documents.requests = [];
    const options = { cert: readFileSync(certificate), key: readFileSync(key) };
    documents.server = https.createServer(options, (request, response) => documents.answer(request, response));
    await new Promise((resolve) => documents.server.listen(0, '127.0.0.1', resolve));
    return documents;
  }

  answer(request, response) {
    this.requests.push(request.url);
    const page = this.pages.get(request.url);
    response.writeHead(page ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify(page ?? {}));
  }

  at(path) {
    return `https://localhost:${this.server.address().port}${path}`;
  }

  put(path, page) {
    this.pages.set(path, page);
  }

  /** A client that is described at `path`. */
  client(path, page) {
    this.put(path, { client_id: this.at(path), ...page });
    return { client_id: this.at(path) };
  }

  asked(path) {
    return this.requests.filter((asked) => asked === path).length;
  }

  close() {
    this.server.close();
  }
}
