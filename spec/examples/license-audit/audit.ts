import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DeadLetterQueue, InMemoryMessageBroker, Mailbox, type MessageOf, type RoutingKey } from 'rx-broker';
import { type Observable, filter, firstValueFrom } from 'rxjs';
import { metricsAddUp } from '../accounting/metrics-add-up';
import { isPackage } from './installed-package';
import { licenceOf } from './licence-of';
import { Aggregator, Parser, Reader, Walker, aggregator, findings, noLicence, parser, reader, walker, type FoundFile, type Package } from './messages';
import { PackageTally } from './package-tally';
import type { Report } from './report';
import { walk } from './walk';

/** Files that wait for a reader at most, and files that are read at once. */
const READER_CAPACITY = 32;
const READERS = 8;

/** How far an audit is. */
export interface Progress {
  readonly found: number;
  readonly parsed: number;
  readonly lost: number;
  readonly withoutLicence: number;
  readonly mailboxes: readonly { readonly name: string; readonly size: number; readonly capacity: number; readonly inFlight: number }[];
}

/** An audit that runs. */
export interface Audit {
  readonly report: Promise<Report>;
  progress(): Progress;
  /** Each package without a licence, as it is found. */
  readonly findings$: Observable<Package>;
  /** Stops walking; what has been found is still read and reported. */
  stop(): void;
}

/**
 * Reads every `package.json` below a folder through actors: a walker finds them, readers read them, a parser parses them, an
 * aggregator adds them up. What cannot be read or parsed becomes a dead letter.
 */
export function startAudit(path: string): Audit {
  const folder = resolve(path);
  const startedAt = performance.now();
  const letters = new DeadLetterQueue({ capacity: 100_000 });
  // A file that cannot be read or parsed is a dead letter with its error, and stands in the report. So there is nothing to log.
  const broker = new InMemoryMessageBroker({ name: 'audit', requestTimeout: Infinity, onError: () => undefined }).withDeadLetterQueue(letters);
  const stopping = new AbortController();
  const tally = new PackageTally();
  const walks = Mailbox.bounded<MessageOf<typeof Walker>>(1);
  const unread = Mailbox.bounded<MessageOf<typeof Reader>>(READER_CAPACITY, { concurrency: READERS });
  const unparsed = Mailbox.bounded<MessageOf<typeof Parser>>(READER_CAPACITY + READERS);
  const uncounted = Mailbox.bounded<MessageOf<typeof Aggregator>>(READER_CAPACITY + READERS);
  const lead = { found: 0, done: 0, largest: 0 };
  let withoutLicence = 0;

  // The walker goes on while there is room at the readers, and otherwise waits for it: that is all the back-pressure there is.
  walks.receive(Walker, {
    async walk(message, context) {
      for await (const step of walk(message.folder)) {
        if (context.signal.aborted) return;
        if (!('file' in step)) {
          context.trySend(aggregator, Aggregator.measure(step));
          continue;
        }
        if (unread.isFull) await firstValueFrom(unread.pressure$.pipe(filter((pressure) => pressure < 1)));
        lead.found++;
        context.trySend(reader, Reader.read(step.file), { priority: priorityOf(step.file) });
        lead.largest = Math.max(lead.largest, lead.found - lead.done);
      }
    },
  });
  broker.register(walker, walks);

  unread.receive(Reader, {
    async read(file, context) {
      const text = await readFile(file.path, 'utf8').finally(() => lead.done++);
      context.trySend(parser, Parser.parse({ path: file.path, isDirect: file.isDirect, text }), { priority: priorityOf(file) });
    },
  });
  broker.register(reader, unread);

  unparsed.receive(Parser, {
    parse({ path: file, text }, context) {
      const found = parse(file, text);
      context.trySend(aggregator, Aggregator.add({ found }));
      if (found.name !== undefined && found.licence === undefined) broker.publish(noLicence, found);
    },
  });
  broker.register(parser, unparsed);

  uncounted.receive(Aggregator, tally);
  broker.register(aggregator, uncounted);
  broker.topic$(findings).subscribe(() => withoutLicence++);

  async function run(): Promise<Report> {
    let interrupted = false;
    try {
      await firstValueFrom(broker.send(walker, Walker.walk({ folder }), { signal: stopping.signal }));
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
      interrupted = true;
    }
    // Drains what has been found: the readers, the parser and the aggregator are done when this resolves.
    await broker.close({ timeout: 60_000 });
    const metrics = broker.metrics();
    const summary = tally.summary();
    const lost = letters.letters().map(({ message, reason, error }) => ({ path: (message as FoundFile).path, reason, error: textOf(error) }));
    return {
      folder,
      interrupted,
      filesFound: lead.found,
      deadLetters: lost,
      ...summary,
      walkerLead: { largest: lead.largest, allowed: READER_CAPACITY + READERS },
      metrics,
      addsUp: lead.found === summary.filesParsed + lost.length && metricsAddUp(metrics),
      milliseconds: Math.round(performance.now() - startedAt),
    };
  }

  const mailboxes = { walker: walks, reader: unread, parser: unparsed, aggregator: uncounted };
  return {
    report: run(),
    progress: () => ({
      found: lead.found,
      parsed: tally.count,
      lost: letters.size,
      withoutLicence,
      mailboxes: Object.entries(mailboxes).map(([name, mailbox]) => ({ name, size: mailbox.size, capacity: mailbox.capacity, inFlight: mailbox.metrics().inFlight })),
    }),
    findings$: broker.topic$(findings),
    stop: () => stopping.abort(),
  };
}

/** @throws {Error} that says what is wrong with a folder that cannot be audited. */
export async function checkFolder(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`there is no folder '${path}'; install the dependencies first (npm ci), or name another folder`);
  if (!found.isDirectory()) throw new Error(`'${path}' is no folder`);
}

function parse(path: string, text: string): Package {
  const manifest = JSON.parse(text) as Record<string, unknown> | null;
  if (typeof manifest !== 'object' || manifest === null) throw new SyntaxError('a package.json must hold an object');
  const { name, version } = manifest;
  return {
    path,
    name: typeof name === 'string' && isPackage(path) ? name : undefined,
    version: typeof version === 'string' ? version : undefined,
    licence: licenceOf(manifest),
  };
}

function priorityOf({ isDirect }: FoundFile): NonNullable<Exclude<RoutingKey['priority'], number>> {
  return isDirect ? 'high' : 'normal';
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : JSON.stringify(error ?? '');
}
