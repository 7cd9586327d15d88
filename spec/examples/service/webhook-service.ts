import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { type DeadLetter, type MessageOf, DeadLetterQueue, InMemoryMessageBroker, Mailbox, actorId, message, protocol } from 'rx-broker';
import { alarms, recordMetrics, redeliverLost } from '../production';
import type { JsonLog } from './json-log';
import { MetricsPage } from './metrics-page';

export const Webhooks = protocol('webhooks', { deliver: message<{ url: string; body: string }>() });
const webhooks = actorId(Webhooks);

export interface ServiceOptions {
  /** 0: any that is free. */
  readonly port: number;
  /** Webhooks that wait at most. */
  readonly capacity: number;
  /** Webhooks that are delivered at once. */
  readonly concurrency: number;
  /** Milliseconds that one delivery may take. */
  readonly turnTimeout: number;
  /** Milliseconds from "not ready" to the first refusal: a load balancer needs them to look elsewhere. */
  readonly grace: number;
  /** Milliseconds that what is queued and running then has to finish. */
  readonly drainTimeout: number;
  readonly log: JsonLog;
}

/** What became of everything that the service had accepted: `accepted = delivered + letters.length + evicted`. */
export interface Outcome {
  readonly accepted: number;
  readonly delivered: number;
  readonly letters: readonly DeadLetter[];
  /** Letters that the queue had no room for. */
  readonly evicted: number;
}

export interface WebhookService {
  readonly port: number;
  /** Ends it: not ready at once, drained, then closed. Called again, it ends at once. */
  stop(): void;
  readonly ended: Promise<Outcome>;
}

/** Accepts webhooks over HTTP, and delivers them from a bounded queue. */
export async function startWebhookService(options: ServiceOptions): Promise<WebhookService> {
  const { capacity, concurrency, turnTimeout, log } = options;
  const queue = new DeadLetterQueue({ capacity: 10_000 });
  const broker = new InMemoryMessageBroker({
    name: 'webhooks',
    metricsInterval: 10_000,
    logger: log,
    onError: (error, { envelope }) => log.error('a delivery failed', error, { id: envelope?.id }),
  }).withDeadLetterQueue(queue);
  const mailbox = Mailbox.bounded<MessageOf<typeof Webhooks>>(capacity, { concurrency, turnTimeout });
  mailbox.receive(Webhooks, {
    async deliver({ url, body }, { envelope, signal }) {
      // The receiver knows a second delivery by its id. `signal` aborts when the turn is over its time, or the broker is closed.
      const response = await fetch(url, { method: 'POST', body, headers: envelope.headers, signal });
      if (!response.ok) throw new Error(`${url} answered ${String(response.status)}`);
    },
  });
  broker.register(webhooks, mailbox);

  const page = new MetricsPage();
  recordMetrics(broker, queue, page.record);
  alarms(broker).subscribe((names) => log.warn('alarm', { names }));
  queue.letters$.subscribe((letter) => log.warn('dead letter', letter));
  // Receivers know webhooks by their ids, so that what failed in a handler may be sent again, too.
  const redelivery = redeliverLost(queue, { interval: 30_000, attempts: 5, which: () => true }).subscribe();

  let state: 'ready' | 'leaving' | 'closing' = 'ready';
  let accepted = 0;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<unknown> {
    const answer = (status: number, body: string): unknown => response.writeHead(status).end(body);
    switch (`${String(request.method)} ${String(request.url)}`) {
      case 'GET /ready':
        return answer(state === 'ready' ? 200 : 503, state);
      case 'GET /metrics':
        return answer(200, page.text);
      case 'POST /webhooks': {
        const webhook = Webhooks.deliver(JSON.parse(await text(request)) as { url: string; body: string });
        // Asked first: a refused `trySend` is a dead letter, and the client, who is told, sends it again itself.
        if (state === 'closing' || mailbox.isFull) return answer(503, 'try again later');
        const id = randomUUID();
        broker.trySend(webhooks, webhook, { headers: { 'webhook-id': id } });
        accepted++;
        return answer(202, id);
      }
      default:
        return answer(404, 'not found');
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => response.writeHead(400).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(options.port, resolve));

  const hurry = new AbortController();

  async function leave(): Promise<Outcome> {
    state = 'leaving';
    log.info('not ready', { pending: broker.metrics().pending });
    await delay(options.grace, undefined, { signal: hurry.signal }).catch(() => undefined);
    state = 'closing';
    redelivery.unsubscribe();
    await broker.close({ timeout: options.drainTimeout });
    // Probes and metrics were answered up to here.
    server.close();
    return { accepted, delivered: broker.metrics().totalSucceeded, letters: queue.drain(), evicted: queue.evicted };
  }

  let begin!: () => void;
  const ended = new Promise<void>((resolve) => (begin = resolve)).then(leave);

  return {
    port: (server.address() as AddressInfo).port,
    ended,
    stop() {
      begin();
      if (state !== 'ready') {
        hurry.abort();
        void broker.close({ drain: false });
      }
    },
  };
}
