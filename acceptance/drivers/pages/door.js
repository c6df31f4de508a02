/** A Doorward, as an administrator reaches it: the command line. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';

export class Door {
  constructor(plan, facts) {
    this.binary = plan.binary;
    this.password = plan.password;
    Object.assign(this, facts);
  }

  /** Runs `doorward WORDS` against this door's data; fails when it does. */
  async command(words, input = '') {
    const program = spawn(this.binary, [...words, '--data', this.data], { stdio: ['pipe', 'pipe', 'pipe'] });
    program.stdin.end(input);
    const ended = new Promise((resolve) => program.on('close', resolve));
    const [out, err, status] = await Promise.all([text(program.stdout), text(program.stderr), ended]);
    if (status !== 0) throw new Error(`doorward ${words.join(' ')}: status ${status}: ${err.trim()}`);
    return out;
  }

  async listing(...words) {
    return JSON.parse(await this.command([...words, '--json']));
  }

  /** Makes an account whose password is that of the plan. */
  async addUser(name, ...words) {
    await this.command(['user', 'add', name, ...words, '--password-stdin'], `${this.password}\n`);
    return name;
  }
}
