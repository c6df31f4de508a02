/** A driver's side of the conversation with the orchestrator (see README.md). */
import { createInterface } from 'node:readline';

const answers = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

/** Asks the orchestrator to do something and waits until it is done. */
export async function ask(what, details = {}) {
  say({ ask: what, ...details });
  const { value } = await answers.next();
  const answer = JSON.parse(value);
  if (answer.error) throw new Error(`${what}: ${answer.error}`);
  return answer;
}

/** Runs one step; a failed step ends the story, because the next ones build on it. */
export async function step(name, run) {
  try {
    say({ step: name, ok: true, detail: await run() });
  } catch (error) {
    say({ step: name, ok: false, detail: explain(error) });
    process.exit(1);
  }
}

/** Ends the story well. */
export function done() {
  say({ done: true });
  process.exit(0);
}

/** Fails unless `promise` is refused; returns why it was. */
export async function refused(promise) {
  let accepted;
  try {
    accepted = await promise;
  } catch (error) {
    return explain(error);
  }
  throw new Error(`was accepted: ${JSON.stringify(accepted)?.slice(0, 200)}`);
}

/** Fails unless `condition` holds. */
export function must(condition, what) {
  if (!condition) throw new Error(what);
}

function explain(error) {
  const cause = error.cause ? ` (${error.cause.message ?? error.cause})` : '';
  return `${error.name}: ${error.message}${cause}`.slice(0, 400);
}
