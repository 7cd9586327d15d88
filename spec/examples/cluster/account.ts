import type { End, Entry } from './journal';
import type { DepotName } from './messages';

/** What became of every request of the cluster. */
export interface Account {
  readonly sent: number;
  /** Answered, and handled exactly once. */
  readonly ok: number;
  /** Failed, by code. It is known whether a handler saw them. */
  readonly failed: Readonly<Record<string, number>>;
  /** By code, those of which nobody knows whether a handler saw them. `SenderKilled`: nobody is left who could be told. */
  readonly unknown: Readonly<Record<string, number>>;
  /** Parcels that a handler has seen. */
  readonly handled: number;
  /** What must not be, in words: at most ten examples. */
  readonly contradictions: readonly string[];
  /** Every request has one end, the sums are equal, and what the handlers saw contradicts none of it. */
  readonly addsUp: boolean;
}

interface Request {
  sent: number;
  handled: number;
  from: string;
  to: DepotName | undefined;
  readonly ends: End[];
}

const EXAMPLES = 10;

/** The end of a request whose sender was killed before it wrote one down. */
const KILLED: End = { kind: 'failed', code: 'SenderKilled', started: 'unknown' };

/** Makes the account from the journals of all processes, whether they were killed or not. */
export class AccountBook {
  readonly #requests = new Map<string, Request>();
  readonly #isKilled: (name: string) => boolean;

  /** `isKilled` says whether a process was killed by the script: a depot's name, or the name of one of its processes. */
  constructor(isKilled: (name: string) => boolean) {
    this.#isKilled = isKilled;
  }

  /** Enters what a process has written down. */
  enter(writer: string, entry: Entry): void {
    const request = this.#requestOf(entry.parcel);
    if (entry.kind === 'handled') request.handled++;
    else if (entry.kind === 'ended') request.ends.push(entry.end);
    else {
      request.sent++;
      request.from = writer;
      request.to = entry.to;
    }
  }

  account(): Account {
    const failed: Record<string, number> = {};
    const unknown: Record<string, number> = {};
    const contradictions: string[] = [];
    let [sent, ok, handled] = [0, 0, 0];
    for (const [parcel, request] of this.#requests) {
      const end = request.ends[0] ?? KILLED;
      sent += request.sent;
      handled += Math.min(1, request.handled);
      if (end.kind === 'ok') ok++;
      if (end.kind === 'failed') count(end.started === 'unknown' ? unknown : failed, end.code);
      const contradiction = this.#contradiction(request, end);
      if (contradiction !== undefined) contradictions.push(`${parcel} ${contradiction}`);
    }
    const isWhole = sent === ok + sum(failed) + sum(unknown);
    return { sent, ok, failed, unknown, handled, contradictions: contradictions.slice(0, EXAMPLES), addsUp: isWhole && contradictions.length === 0 };
  }

  #requestOf(parcel: string): Request {
    const known = this.#requests.get(parcel);
    if (known !== undefined) return known;
    const request: Request = { sent: 0, handled: 0, from: '', to: undefined, ends: [] };
    this.#requests.set(parcel, request);
    return request;
  }

  #contradiction({ sent, handled, from, to, ends }: Request, end: End): string | undefined {
    if (sent !== 1) return `was sent ${sent} times`;
    if (ends.length > 1) return `has ${ends.length} ends`;
    if (ends.length === 0 && !this.#isKilled(from)) return 'has no end, though its sender lives';
    if (handled > 1) return `was handled ${handled} times`;
    if (end.kind === 'wrong') return `ended with ${end.text}`;
    if (end.kind === 'ok') return handled === 1 ? undefined : 'was answered, and never handled';
    const { code, started } = end;
    const isTouched = this.#isKilled(from) || this.#isKilled(to ?? '');
    if (started === 'unknown') return isTouched ? undefined : `is unknown (${code}), though neither its sender nor its depot was killed`;
    return started === (handled === 1) ? undefined : `was handled ${handled} times, and its error (${code}) says started: ${String(started)}`;
  }
}

function count(counts: Record<string, number>, code: string): void {
  counts[code] = (counts[code] ?? 0) + 1;
}

/** All of these counts together. */
export function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, each) => total + each, 0);
}
