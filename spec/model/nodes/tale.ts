import { Difference } from '../difference';
import type { Story } from '../story';

/** These channels tell of messages everywhere, so their order is that of the turns on all nodes. */
const UNORDERED: ReadonlySet<string> = new Set(['letter', 'error', 'answer', 'send', 'handle', 'abort', 'teardown']);
/** These tell a state. Two nodes run turns side by side, so a message that waits for the end of another turn in one process need not wait. */
const STATES: ReadonlySet<string> = new Set(['pressure', 'idle']);
/** These are of one broker: events are told on each node. */
const LEFT_OUT: ReadonlySet<string> = new Set(['event', 'some', 'queue', 'look']);

/** A channel, and whose line it is. Observers are on different nodes, so each has its own order. */
const THING = /^(\S+) (observer \d+|\S*)/;

/** What is told of each thing: lines about one actor, mailbox, caller or observer, in order. */
export class Tale {
  readonly lines = new Map<string, readonly string[]>();
  readonly #isTimed: boolean;

  /** `isTimed`: whether the times count. */
  constructor(isTimed: boolean) {
    this.#isTimed = isTimed;
  }

  /** Takes in what was told since the network was last at rest. States stay. */
  next(story: Story): void {
    for (const key of this.lines.keys()) if (!STATES.has(key.split(' ')[0]!)) this.lines.delete(key);
    for (const told of story.of(undefined)) {
      const line = this.#isTimed ? withoutReason(told) : withoutReason(told).replace(/ at [\d.]+/, '');
      const [channel = '', name = ''] = THING.exec(line)?.slice(1) ?? [];
      if (LEFT_OUT.has(channel) || isRefusedBySender(channel, line)) continue;
      const key = UNORDERED.has(channel) || channel === 'broadcast' ? channel : `${channel} ${name}`;
      this.lines.set(key, STATES.has(channel) ? [line] : [...(this.lines.get(key) ?? []), line]);
    }
    for (const key of UNORDERED) this.lines.set(key, [...(this.lines.get(key) ?? [])].sort());
    story.forget();
  }
}

/** A node knows which mailboxes of the other one are closed, and sends them nothing: they lose nothing then. The letter is the same. */
function isRefusedBySender(channel: string, line: string): boolean {
  return channel === 'loss' && line.endsWith(': ActorStopped');
}

/** The reason for which a caller cancels stays on its node. */
function withoutReason(line: string): string {
  return line.replace(/^(abort .*): aborted by signal \d$/, '$1: cancelled');
}

/** The messages that went to the other node. */
export interface Far {
  readonly tells: ReadonlySet<number>;
  /** Those with which a turn asked an actor. */
  readonly asks: ReadonlySet<number>;
}

/** @throws {Difference} with the first thing of which the tales differ. */
export function compareTales(model: Tale, nodes: Tale, far: Far): void {
  for (const key of new Set([...model.lines.keys(), ...nodes.lines.keys()])) {
    let told = nodes.lines.get(key) ?? [];
    let expected = model.lines.get(key) ?? [];
    if (key === 'broadcast') {
      told = [...told].sort();
      expected = onBothNodes(expected);
    }
    if (key === 'answer') expected = expected.map((line) => fromAfar(line, told, far.tells));
    if (key === 'abort') expected = expected.map((line) => withoutReasonFromAfar(line, told, far.asks)).sort();
    compareLines(key, expected, told);
  }
}

/** @throws {Difference} if the lines differ. */
export function compareLines(what: string, expected: readonly string[], told: readonly string[]): void {
  const [first, second] = [expected, told].map((lines) => lines.join('\n  '));
  if (first !== second) throw new Difference(`nodes, ${what}`, `\n  the model tells\n  ${first}\n  the nodes tell\n  ${second}`);
}

/** Observers on both nodes see each broadcast. */
function onBothNodes(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => [0, 1].map((node) => line.replace('all', `on node ${node}`))).sort();
}

/**
 * The answer to a tell, as a sender gets it that may be far away. A trait of one process: `trySend` and `publish` know at once that a mailbox is
 * full. A mailbox on another node refuses there, where the letter is made; here the link has taken the message.
 */
function fromAfar(line: string, told: readonly string[], farTells: ReadonlySet<number>): string {
  const [, n = '', answer = ''] = /^answer to (\d+): (.*)$/.exec(line) ?? [];
  const seen = told.find((one) => one.startsWith(`answer to ${n}: `)) ?? line;
  if (answer.endsWith(' took it')) return takersOf(seen) >= takersOf(line) ? seen : line;
  return farTells.has(Number(n)) && ['MailboxFull', 'Dropped'].includes(answer) && seen.endsWith(': taken') ? seen : line;
}

/** When a turn ends from outside, what it has asked ends for the same reason. The reason stays on its node. */
function withoutReasonFromAfar(line: string, told: readonly string[], farAsks: ReadonlySet<number>): string {
  const [, n] = /^abort (\d+): .*, started$/.exec(line) ?? [];
  const cancelled = `abort ${n}: cancelled`;
  return farAsks.has(Number(n)) && told.includes(cancelled) ? cancelled : line;
}

function takersOf(answer: string): number {
  return Number(answer.split(' ')[3]);
}
