/** A mail server that keeps what it is given: just enough of SMTP (RFC 5321) for letters to arrive. */
import { createServer } from 'node:net';

const PATIENCE_MS = 15_000;

export class Mailbox {
  #letters = [];
  #waiting = [];

  constructor(port) {
    this.server = createServer((socket) => this.#converse(socket));
    this.server.listen(port, '127.0.0.1');
  }

  /** The next letter to `address`; its body, decoded. */
  async letter(address) {
    const found = this.#letters.findIndex((letter) => letter.to.includes(address));
    if (found >= 0) return this.#letters.splice(found, 1)[0];
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no letter for ${address}`)), PATIENCE_MS);
      this.#waiting.push({ address, resolve: (letter) => (clearTimeout(late), resolve(letter)) });
    });
  }

  #take(letter) {
    const waiting = this.#waiting.findIndex(({ address }) => letter.to.includes(address));
    if (waiting >= 0) this.#waiting.splice(waiting, 1)[0].resolve(letter);
    else this.#letters.push(letter);
  }

  #converse(socket) {
    const say = (line) => socket.write(`${line}\r\n`);
    let [buffer, to, data] = ['', [], null];
    const hear = (line) => {
      if (data) {
        if (line !== '.') return data.push(line.replace(/^\.\./, '.'));
        this.#take({ to, ...parse(data) });
        [to, data] = [[], null];
        return say('250 kept');
      }
      const [, command, rest] = /^(\w+) ?(.*)$/.exec(line) ?? [];
      if (/^RCPT$/i.test(command)) to.push(/<(.*)>/.exec(rest)[1]);
      if (/^DATA$/i.test(command)) {
        data = [];
        return say('354 go on');
      }
      if (/^QUIT$/i.test(command)) return socket.end('221 bye\r\n');
      return say(/^EHLO$/i.test(command) ? '250 mailbox' : '250 fine');
    };
    socket.on('error', () => {});
    socket.on('data', (piece) => {
      buffer += piece;
      const lines = buffer.split('\r\n');
      buffer = lines.pop();
      for (const line of lines) hear(line);
    });
    say('220 mailbox');
  }

  close() {
    this.server.close();
  }
}

/** The head, and the body with its transfer encodings undone, as far as links need it. */
function parse(lines) {
  const text = lines.join('\n');
  const subject = /^Subject: (.*(?:\n[ \t].*)*)/m.exec(text)?.[1] ?? '';
  const plain = text.replaceAll(/=\n/g, '').replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  const encoded = /base64\n\n([A-Za-z0-9+/=\n]+)/.exec(text)?.[1];
  return { subject, text: encoded ? `${text}\n${Buffer.from(encoded, 'base64')}` : plain };
}
