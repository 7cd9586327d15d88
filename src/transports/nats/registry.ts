import { type JetStreamClient, type JetStreamManager, jetstream } from '@nats-io/jetstream';
import { headers, type Msg, type NatsConnection } from '@nats-io/nats-core';
import { type ConnectionWatch, Disconnected } from './connection-watch';
import { Unsettled, isRefusedWrite } from './nats-failure';
import { lastToken, type Subjects } from './subjects';

/** A key of the registry. The value of a key that was erased, or whose time is over, is empty. */
export interface Entry {
  readonly revision: number;
  readonly value: string;
}

/** `seconds`: after which the key ends. `timeout`: milliseconds for the server's answer. */
interface WriteOptions {
  readonly seconds?: number;
  readonly timeout?: number;
}

/** How long the server may take to answer, in milliseconds. */
const PATIENCE = 2000;
/** How many keys the server sends at once. */
const PAGE = 500;
/** How long the mark of an erased key stays, in seconds. */
const MARK = 60;

/**
 * The key-value bucket of a namespace. A write names the revision that it expects, so that of two writers one is refused; it goes through the
 * server's own consensus. A read may be old: it only says which revision to expect.
 *
 * Every method rejects if the server does not answer in time, or the connection is lost. A write may have happened then.
 */
export class Registry {
  readonly #connection: NatsConnection;
  readonly #watch: ConnectionWatch;
  readonly #stream: string;
  readonly #subjects: Subjects;
  readonly #node: string;
  readonly #client: JetStreamClient;
  readonly #manager: Promise<JetStreamManager>;
  #readCount = 0;

  constructor(connection: NatsConnection, watch: ConnectionWatch, stream: string, subjects: Subjects, node: string) {
    this.#connection = connection;
    this.#watch = watch;
    this.#stream = stream;
    this.#subjects = subjects;
    this.#node = node;
    this.#client = jetstream(connection, { timeout: PATIENCE });
    this.#manager = this.#client.jetstreamManager(false);
  }

  /** Writes a key whose revision is `expected` (0: a key that is not there). Resolves with the new revision, or `undefined` if the revision is another. */
  async write(key: string, value: string, expected: number, options: WriteOptions = {}): Promise<number | undefined> {
    return this.#publish(key, value, { expected, ...options });
  }

  /** Erases a key if its revision is `expected`. */
  async erase(key: string, expected: number): Promise<boolean> {
    return (await this.#publish(key, '', { expected, seconds: MARK, operation: 'DEL' })) !== undefined;
  }

  /** Reads a key from the server that leads the bucket. */
  async read(key: string): Promise<Entry | undefined> {
    const { streams } = await this.#manager;
    const message = await this.#whileUp(() => streams.getMessage(this.#stream, { last_by_subj: this.#subjects.key(key) }));
    return message === null ? undefined : { revision: message.seq, value: message.string() };
  }

  /** Reads a key after a write that expected the revision `refused` was refused. Rejects with `Unsettled` if the key has this revision. */
  async readOther(key: string, refused: number): Promise<Entry | undefined> {
    const entry = await this.read(key);
    if ((entry?.revision ?? 0) === refused) throw new Unsettled(key);
    return entry;
  }

  /** Reads all keys `<folder>.*` from any server that has the bucket. The result has the last token of each key. */
  async list(folder: string): Promise<Map<string, Entry>> {
    const filter = this.#subjects.key(`${folder}.*`);
    const found = new Map<string, Entry>();
    for (let next = 1; next > 0; ) {
      const from = next;
      const page = await this.#whileUp(() => this.#page(filter, from));
      if (page.length < PAGE) next = 0;
      for (const [key, entry] of page) {
        found.set(key, entry);
        if (next > 0) next = entry.revision + 1;
      }
    }
    return found;
  }

  async #publish(key: string, value: string, options: WriteOptions & { readonly expected: number; readonly operation?: string }): Promise<number | undefined> {
    const { expected, seconds, timeout, operation } = options;
    const marks = headers();
    if (operation !== undefined) marks.set('KV-Operation', operation);
    try {
      const wanted = {
        headers: marks,
        expect: { lastSubjectSequence: expected },
        ...(seconds === undefined ? {} : { ttl: `${seconds}s` }),
        ...(timeout === undefined ? {} : { timeout }),
      };
      return (await this.#whileUp(() => this.#client.publish(this.#subjects.key(key), value, wanted))).seq;
    } catch (error) {
      if (isRefusedWrite(error)) return undefined;
      throw error;
    }
  }

  #whileUp<T>(request: () => Promise<T>): Promise<T> {
    return this.#watch.isUp ? this.#watch.whileUp(request()) : Promise.reject(new Disconnected('there is no connection to the NATS server'));
  }

  /** The keys of `filter` from a revision on, in the order of their revisions. */
  #page(filter: string, from: number): Promise<(readonly [string, Entry])[]> {
    return new Promise((resolve, reject) => {
      const found: (readonly [string, Entry])[] = [];
      const reply = this.#subjects.read(this.#node, ++this.#readCount);
      const subscription = this.#connection.subscribe(reply, {
        timeout: PATIENCE,
        callback: (error, message) => {
          if (error === null && !isLast(message)) return void found.push(entryOf(message));
          subscription.unsubscribe();
          if (error !== null) reject(error);
          else if (NOTHING_OR_END.has(message.headers?.code ?? 0)) resolve(found);
          else reject(new Error(`the server refused to read the registry: ${message.headers?.description ?? ''}`));
        },
      });
      const query = JSON.stringify({ seq: from, next_by_subj: filter, batch: PAGE });
      try {
        this.#connection.publish(`$JS.API.DIRECT.GET.${this.#stream}`, query, { reply });
      } catch (error) {
        subscription.unsubscribe();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
    });
  }
}

/** Statuses of a batch that was read: its end, and that there is nothing. */
const NOTHING_OR_END: ReadonlySet<number> = /* @__PURE__ */ new Set([204, 404]);

const isLast = (message: Msg): boolean => (message.headers?.code ?? 0) !== 0;

function entryOf(message: Msg): readonly [string, Entry] {
  const marks = message.headers ?? headers();
  const isMark = marks.has('KV-Operation') || marks.has('Nats-Marker-Reason');
  return [lastToken(marks.get('Nats-Subject')), { revision: Number(marks.get('Nats-Sequence')), value: isMark ? '' : message.string() }];
}
