/** RFC 9449: tokens that are bound to a key, with nonces. */
import * as oauth from 'oauth4webapi';
import { must, refused, step } from '../story.js';
import { LOOPBACK, refusedWith } from './door.js';

export async function tell(door) {
  const nobody = oauth.None();
  const client = await door.register();
  for (const algorithm of door.server.dpop_signing_alg_values_supported) {
    await tellOf(door, client, nobody, algorithm);
  }
}

async function tellOf(door, client, nobody, algorithm) {
  const prover = async () => oauth.DPoP(client, await oauth.generateKeyPair(algorithm));
  const [own, other] = [await prover(), await prover()];
  let tokens;

  await step(`${algorithm}: binds a code to a key, and redeems it with a nonce`, async () => {
    const request = await door.request(client, { dpop_jkt: await own.calculateThumbprint() });
    const answer = await door.authorize(client, request);
    const asked = await askedForNonce(() => door.redeem(client, nobody, answer, request.verifier, { DPoP: own }));
    must(asked.times === 1, `asked for a nonce ${asked.times} times`);
    tokens = asked.result;
    must(tokens.token_type === 'dpop', tokens.token_type);
  });

  await step(`${algorithm}: calls with a proof, and with a nonce of the server's`, async () => {
    const asked = await askedForNonce(() => door.call(tokens.access_token, { DPoP: own }));
    return `asked for a nonce ${asked.times} times`;
  });

  await step(`${algorithm}: holds a token that a resource server finds bound to this key`, async () => {
    const sent = await captured(door, tokens.access_token, own);
    const claims = await door.validateRequest(sent, { requireDPoP: true });
    must(claims.cnf.jkt === (await own.calculateThumbprint()), JSON.stringify(claims.cnf));
  });

  await step(`${algorithm}: is refused without a proof`, () =>
    refusedWith('invalid_token', door.call(tokens.access_token)), // X-021, TK-12
  );

  await step(`${algorithm}: is refused with another key`, async () => {
    const reason = await refused(askedForNonce(() => door.call(tokens.access_token, { DPoP: other }))); // X-019, TK-12
    must(reason.startsWith('WWWAuthenticateChallengeError'), reason);
  });

  await step(`${algorithm}: refreshes with the same key, and not with another`, async () => {
    const refresh = (DPoP) => askedForNonce(() => door.refresh(client, nobody, tokens.refresh_token, { DPoP }));
    const reason = await refused(refresh(other)); // X-018, TK-12
    must(reason.startsWith('ResponseBodyError'), reason);
    tokens = (await refresh(own)).result;
    await askedForNonce(() => door.call(tokens.access_token, { DPoP: own }));
  });

  await step(`${algorithm}: cannot redeem a code that is bound to another key`, async () => {
    const request = await door.request(client, { dpop_jkt: await own.calculateThumbprint() });
    const answer = await door.authorize(client, request);
    const redeem = () => door.redeem(client, nobody, answer, request.verifier, { DPoP: other });
    const reason = await refused(askedForNonce(redeem));
    must(reason.startsWith('ResponseBodyError'), reason);
  });
}

/** Runs `run`, again when it is asked for a nonce, as a client does. */
async function askedForNonce(run) {
  try {
    return { result: await run(), times: 0 };
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return { result: await run(), times: 1 };
  }
}

/** The request that the library would send, proof included. */
async function captured(door, token, prover) {
  let sent;
  const keep = async (url, options) => {
    sent = new Request(url, { method: options.method, headers: options.headers });
    return new Response('{}', { headers: { 'content-type': 'application/json' } });
  };
  const options = { ...LOOPBACK, DPoP: prover, [oauth.customFetch]: keep };
  await oauth.protectedResourceRequest(token, 'POST', door.endpoint, new Headers(), undefined, options);
  return sent;
}
