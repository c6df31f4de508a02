/**
 * Everything in RAM: the fastest storage that oidc-provider can have. Its own memory adapter
 * keeps a thousand entries and walks a grant's tokens at every write; this one does neither.
 */
const entries = new Map();
const grants = new Map();
const sessions = new Map();

export class Memory {
  constructor(model) {
    this.model = model;
  }

  async upsert(id, payload) {
    const key = `${this.model}:${id}`;
    entries.set(key, payload);
    if (payload.uid !== undefined) sessions.set(payload.uid, key);
    if (payload.grantId === undefined || this.model === 'Session') return;
    const members = grants.get(payload.grantId);
    if (members) members.add(key);
    else grants.set(payload.grantId, new Set([key]));
  }

  async find(id) {
    return entries.get(`${this.model}:${id}`);
  }

  async findByUid(uid) {
    return entries.get(sessions.get(uid));
  }

  async findByUserCode() {
    return undefined;
  }

  async consume(id) {
    const payload = await this.find(id);
    if (payload) payload.consumed = Math.floor(Date.now() / 1000);
  }

  async destroy(id) {
    entries.delete(`${this.model}:${id}`);
  }

  async revokeByGrantId(grantId) {
    for (const key of grants.get(grantId) ?? []) entries.delete(key);
    grants.delete(grantId);
  }
}
