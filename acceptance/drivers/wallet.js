/** What a TypeScript client remembers of its authorization: the provider of both SDK generations. */
const REDIRECT = 'http://127.0.0.1:9/callback'; // nobody listens there: the user stops before it

export class Wallet {
  /** How often this wallet asked for a person. */
  prompts = 0;

  /**
   * `store` outlives the wallet, as a file would outlive the process. With a `session`, the SDK
   * proves its key with every request (RFC 9449). With a `document`, it names that as its
   * identifier instead of registering, where the server takes documents.
   */
  constructor(store, session, document) {
    this.store = store;
    if (session) this.dpop = () => session;
    if (document) this.clientMetadataUrl = document;
  }

  get redirectUrl() {
    return REDIRECT;
  }

  get clientMetadata() {
    return {
      client_name: 'Acceptance (TypeScript)',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    };
  }

  state() {
    return (this.store.state = crypto.randomUUID());
  }

  clientInformation() {
    return this.store.client;
  }

  saveClientInformation(client) {
    this.store.client = client;
  }

  tokens() {
    return this.store.tokens;
  }

  saveTokens(tokens) {
    this.store.tokens = tokens;
  }

  codeVerifier() {
    return this.store.verifier;
  }

  saveCodeVerifier(verifier) {
    this.store.verifier = verifier;
  }

  discoveryState() {
    return this.store.discovery;
  }

  saveDiscoveryState(discovery) {
    this.store.discovery = discovery;
  }

  invalidateCredentials(scope) {
    if (scope === 'all' || scope === 'client') delete this.store.client;
    if (scope === 'all' || scope === 'tokens') delete this.store.tokens;
  }

  redirectToAuthorization(url) {
    this.prompts += 1;
    this.store.url = url.href;
  }
}
