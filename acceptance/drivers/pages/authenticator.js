/** A passkey authenticator of Chromium's own (DevTools protocol, domain WebAuthn). */
const OPTIONS = {
  protocol: 'ctap2',
  transport: 'internal',
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  automaticPresenceSimulation: true,
};

export class Authenticator {
  /** Plugs one into the browser of `person`. */
  static async plugInto(person) {
    const session = await person.context.newCDPSession(person.page);
    await session.send('WebAuthn.enable');
    const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', { options: OPTIONS });
    return Object.assign(new Authenticator(), { session, authenticatorId });
  }

  /** Whether somebody touches it when it asks. */
  async touched(enabled) {
    await this.session.send('WebAuthn.setAutomaticPresenceSimulation', { authenticatorId: this.authenticatorId, enabled });
  }

  /** Whether it can tell who touches it. */
  async verifies(isUserVerified) {
    await this.session.send('WebAuthn.setUserVerified', { authenticatorId: this.authenticatorId, isUserVerified });
  }

  async credentials() {
    return (await this.session.send('WebAuthn.getCredentials', { authenticatorId: this.authenticatorId })).credentials;
  }
}
