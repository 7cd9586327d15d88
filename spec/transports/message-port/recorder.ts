import type { Transport } from 'rx-broker/transports/message-port';

/** Starts a transport, and records what it tells: `up b`, `batch b x`. */
export class Recorder {
  readonly told: string[] = [];
  readonly started: Promise<void>;
  readonly transport: Transport;
  readonly batches: unknown[] = [];
  #waiting: { readonly line: string; readonly resolve: () => void }[] = [];

  constructor(transport: Transport) {
    this.transport = transport;
    this.started = Promise.resolve(
      transport.start({
        batch: (from, batch) => {
          this.batches.push(batch);
          this.#note(`batch ${from} ${describe(batch)}`);
        },
        up: (nodeId) => this.#note(`up ${nodeId}`),
        down: (nodeId) => this.#note(`down ${nodeId}`),
        connected: (isUp) => this.#note(`connected ${isUp}`),
        fenced: () => this.#note('fenced'),
      }),
    );
  }

  get nodeId(): string {
    return this.transport.nodeId;
  }

  /** Resolves when it has told this line. */
  async has(line: string): Promise<void> {
    if (!this.told.includes(line)) await new Promise<void>((resolve) => this.#waiting.push({ line, resolve }));
  }

  #note(line: string): void {
    this.told.push(line);
    for (const waiting of this.#waiting) if (waiting.line === line) waiting.resolve();
  }
}

/** A batch in words: its parts, and the classes of objects. */
function describe(batch: unknown): string {
  if (Array.isArray(batch)) return batch.map(describe).join(',');
  return typeof batch === 'object' && batch !== null ? batch.constructor.name : String(batch);
}
