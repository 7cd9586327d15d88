import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeBlocks } from '../readme/code-blocks';

const root = fileURLToPath(new URL('../../', import.meta.url));
let project: string;

/** A user's project, with the ESLint config that `production.md` shows. Below the root, where it finds the packages. */
beforeAll(async () => {
  await mkdir(join(root, '.reports'), { recursive: true });
  project = await mkdtemp(join(root, '.reports/linted-'));
  const page = 'spec/examples/production.md';
  const [config] = codeBlocks(await readFile(join(root, page), 'utf8'), page).filter(({ info }) => info === 'js');
  await writeFile(join(project, 'eslint.config.js'), config!.code);
  await writeFile(join(project, 'tsconfig.json'), JSON.stringify({ extends: '../../tsconfig.json', include: ['*.ts'] }));
});

afterAll(() => rm(project, { recursive: true }));

/** The rules that report something, by line. */
async function reportsOf(...lines: readonly string[]): Promise<(readonly [number, string | null])[]> {
  const file = join(project, 'shop.ts');
  await writeFile(file, ["import { type ActorRef, type MessageBroker, actorId } from 'rx-broker';", ...lines, ''].join('\n'));
  const [result] = await new ESLint({ cwd: project }).lintFiles([file]);
  return result!.messages.map(({ line, ruleId }) => [line, ruleId] as const);
}

describe('rxjs-x/no-floating-observables', () => {
  it('finds a bare cold send, by whatever way it is sent (S1)', async () => {
    const reports = await reportsOf(
      'export function greet(broker: MessageBroker, ref: ActorRef<string>): void {',
      "  broker.send(actorId<string>('greeter'), 'hello');",
      "  broker.broadcast('hello');",
      "  broker.sendWithRouting({ topic: 'greetings' }, 'hello');",
      "  ref.send('hello');",
      '}',
    );
    expect(reports).toEqual([3, 4, 5, 6].map((line) => [line, 'rxjs-x/no-floating-observables']));
  });

  it('leaves alone what is subscribed to, handed on, or sent at once', async () => {
    const reports = await reportsOf(
      'export function greet(broker: MessageBroker): unknown {',
      "  broker.send(actorId<string>('greeter'), 'hello').subscribe({ error: console.error });",
      "  broker.trySend(actorId<string>('greeter'), 'hello');",
      "  broker.publish('greetings', 'hello');",
      "  return broker.send(actorId<string>('greeter'), 'hello');",
      '}',
    );
    expect(reports).toEqual([]);
  });
});
