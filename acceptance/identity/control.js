/** What both identity providers share: how a test misleads them, and pages to sign in at. */
import { text } from 'node:stream/consumers';

/**
 * How a provider behaves, which `POST /control` changes: at the path `down` it answers 503, and
 * `lie` names a lie of its own.
 */
export class Behaviour {
  down = '';
  lie = '';

  /** Answers `/control`, and what is down; tells whether it did. */
  async answered(request, response, changed = async () => {}) {
    if (request.url === '/control' && request.method === 'POST') {
      const wanted = JSON.parse(await text(request));
      Object.assign(this, wanted);
      await changed(wanted);
      response.writeHead(204).end();
      return true;
    }
    if (!this.down || request.url !== this.down) return false;
    response.writeHead(503, { 'content-type': 'text/plain' }).end('down for a test');
    return true;
  }
}

/** A form that asks who somebody is. */
export function whoIsIt(title, action, hidden = {}) {
  const fields = Object.entries(hidden).map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`);
  return `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>
<form method="post" action="${escape(action)}">${fields.join('')}<label>Name <input name="name"></label><button>Go on</button></form></html>`;
}

export function escape(value) {
  return String(value).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
