/** A protected MCP endpoint and its authorization server, seen through oauth4webapi. */
import * as oauth from 'oauth4webapi';
import { ask, must } from '../story.js';

export const REDIRECT = 'http://127.0.0.1:9/callback'; // nobody listens there: the user stops before it
/** The door under judgement is on the loopback interface, without TLS. */
export const LOOPBACK = { [oauth.allowInsecureRequests]: true };

export class Door {
  /** Discovers from the endpoint alone (RFC 9728, RFC 8414). */
  static async find(endpoint) {
    const door = new Door();
    door.endpoint = new URL(endpoint);
    const described = await oauth.resourceDiscoveryRequest(door.endpoint, LOOPBACK);
    door.resource = await oauth.processResourceDiscoveryResponse(door.endpoint, described);
    door.issuer = new URL(door.resource.authorization_servers[0]);
    door.server = await door.discover('oauth2');
    return door;
  }

  /** The metadata of the authorization server, in one of its two places. */
  async discover(algorithm) {
    const response = await oauth.discoveryRequest(this.issuer, { algorithm, ...LOOPBACK });
    return oauth.processDiscoveryResponse(this.issuer, response);
  }

  /** Registers a client (RFC 7591); public unless `metadata` says otherwise. */
  async register(metadata = {}) {
    const wanted = {
      client_name: 'oauth4webapi',
      redirect_uris: [REDIRECT],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      ...metadata,
    };
    const response = await oauth.dynamicClientRegistrationRequest(this.server, wanted, LOOPBACK);
    return oauth.processDynamicClientRegistrationResponse(response);
  }

  /** Has an administrator register a client: `words` are those of `doorward client add`. */
  async administered(name, words, jwks) {
    const { client, client_secret } = await ask('client', { name, words, jwks });
    return { client_id: client.id, client_secret: client_secret ?? undefined };
  }

  /** The parameters of an authorization request, with the verifier and state that belong to them. */
  async request(client, more = {}) {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const parameters = {
      response_type: 'code',
      client_id: client.client_id,
      redirect_uri: REDIRECT,
      scope: this.resource.scopes_supported.join(' '),
      resource: this.resource.resource,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      ...more,
    };
    return { parameters, verifier, state };
  }

  /** Sends a person to the authorization endpoint and validates what comes back. */
  async authorize(client, request, { parameters = request.parameters, allow = true } = {}) {
    const url = new URL(this.server.authorization_endpoint);
    for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
    const { callback } = await ask('sign-in', { url: url.href, allow, redirect: REDIRECT });
    return oauth.validateAuthResponse(this.server, client, new URL(callback), request.state);
  }

  /** Redeems what came back. */
  async redeem(client, authentication, answer, verifier, options = {}) {
    const given = { ...LOOPBACK, ...options };
    const response = await oauth.authorizationCodeGrantRequest(
      this.server, client, authentication, answer, REDIRECT, verifier, given,
    );
    return oauth.processAuthorizationCodeResponse(this.server, client, response);
  }

  /** Everything from a request to tokens. */
  async tokens(client, authentication, { more, options } = {}) {
    const request = await this.request(client, more);
    const answer = await this.authorize(client, request);
    return this.redeem(client, authentication, answer, request.verifier, options);
  }

  async refresh(client, authentication, token, options = {}) {
    const given = { ...LOOPBACK, ...options };
    const response = await oauth.refreshTokenGrantRequest(this.server, client, authentication, token, given);
    return oauth.processRefreshTokenResponse(this.server, client, response);
  }

  async revoke(client, authentication, token) {
    const response = await oauth.revocationRequest(this.server, client, authentication, token, LOOPBACK);
    return oauth.processRevocationResponse(response);
  }

  /** Lists the tools of an MCP server with an access token; what is refused throws. */
  async call(token, options = {}, endpoint = this.endpoint) {
    const headers = new Headers({
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/list',
    });
    const meta = {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientCapabilities': {},
    };
    const message = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } };
    const given = { ...LOOPBACK, ...options };
    const body = JSON.stringify(message);
    const response = await oauth.protectedResourceRequest(token, 'POST', endpoint, headers, body, given);
    const text = await response.text();
    must(response.status === 200 && text.includes('"tools"'), `${response.status} ${text.slice(0, 200)}`);
    return response.status;
  }

  /** Validates an access token as a resource server would (RFC 9068). */
  async validate(token, endpoint = this.endpoint) {
    return this.validateRequest(new Request(endpoint, { headers: { authorization: `Bearer ${token}` } }));
  }

  /** Validates the access token of a request, with its proof where it has one. */
  async validateRequest(request, options = {}) {
    const given = { ...LOOPBACK, ...options };
    return oauth.validateJwtAccessToken(this.server, request, request.url, given);
  }
}

/** A server that is not the first one. */
export const neighbour = (door, name) => new URL(`/mcp/${name}`, door.endpoint);

/** Fails unless `promise` is refused with `code`, told in a form that the library accepts. */
export async function refusedWith(code, promise) {
  let accepted;
  try {
    accepted = await promise;
  } catch (error) {
    // A challenge without a code, as Basic's, leaves the code to the body.
    const challenged = error instanceof oauth.WWWAuthenticateChallengeError;
    const told = challenged ? (error.cause[0].parameters.error ?? (await error.response.json()).error) : error.error;
    must(told === code, `${error.name}: ${error.message} ${told ?? ''}`);
    return told;
  }
  throw new Error(`was accepted: ${JSON.stringify(accepted)?.slice(0, 200)}`);
}
