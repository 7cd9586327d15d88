/**
 * A service that delivers webhooks, and loses none when it is told to stop.
 *
 *     npx tsx spec/examples/service.ts
 *     curl localhost:8080/webhooks -d '{"url":"http://localhost:9000/hook","body":"hello"}'
 *
 * SIGTERM or SIGINT: `/ready` answers 503 at once, clients are refused after GRACE_MS, and what is queued is delivered for up to DRAIN_MS.
 * A second signal ends it at once. What it could not deliver is counted, and appended to LOST_FILE, a message a line.
 *
 * Exit codes: 0 everything was delivered, 1 something was lost.
 */
import { appendFile } from 'node:fs/promises';
import { JsonLog } from './service/json-log';
import { startWebhookService } from './service/webhook-service';

const { PORT = '8080', CONCURRENCY = '8', GRACE_MS = '5000', DRAIN_MS = '20000', LOST_FILE = 'lost-webhooks.jsonl' } = process.env;

const log = new JsonLog((line) => void process.stdout.write(`${line}\n`));
const service = await startWebhookService({
  port: Number(PORT),
  capacity: 1_000,
  concurrency: Number(CONCURRENCY),
  turnTimeout: 10_000,
  grace: Number(GRACE_MS),
  drainTimeout: Number(DRAIN_MS),
  log,
});
for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => service.stop());
log.info('ready', { port: service.port });

const { accepted, delivered, letters, evicted } = await service.ended;
const lost = letters.length + evicted;
if (letters.length > 0) await appendFile(LOST_FILE, letters.map((letter) => `${JSON.stringify(letter.message)}\n`).join(''));
log.info('ended', { accepted, delivered, lost });
process.exitCode = lost === 0 ? 0 : 1;
