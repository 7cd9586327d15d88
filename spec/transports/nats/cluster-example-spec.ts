import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { ClusterReport } from '../../examples/cluster/session';
import { describeWithServer } from './describe-with-server';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}): { child: ChildProcess & { stdout: NodeJS.ReadableStream }; errors: Promise<string>; code: Promise<number | null> } {
  const options = { cwd: root, env: { ...process.env, NO_COLOR: '1', ...env }, stdio: ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe'] };
  const child = spawn(process.execPath, ['--import', 'tsx', 'spec/examples/cluster.ts', ...args], options);
  children.push(child);
  return { child, errors: text(child.stderr), code: new Promise((resolve) => child.on('close', resolve)) };
}

async function run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<{ code: number | null; output: string; errors: string }> {
  const { child, errors, code } = start(args, env);
  const [output, ...rest] = await Promise.all([text(child.stdout), errors, code]);
  return { output, errors: rest[0], code: rest[1] };
}

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((total, each) => total + each, 0);

describeWithServer('npm run example:cluster', () => {
  it('survives all that it does to itself, and accounts for every request', async () => {
    const { code, output } = await run(['--json', '--seconds', '5']);
    const report = JSON.parse(output) as ClusterReport;
    expect(report.contradictions).toEqual([]);
    expect(report).toMatchObject({ addsUp: true, isInterrupted: false, serverKills: 2, depotKills: 2 });
    expect(report.sent).toBe(report.ok + sum(report.failed) + sum(report.unknown));
    expect(report.ok).toBeGreaterThan(100);
    // Whoever was killed had requests under way, and left others with some.
    expect(report.unknown).toMatchObject({ NodeUnavailable: expect.any(Number), SenderKilled: expect.any(Number) });
    expect(report.handled).toBeGreaterThanOrEqual(report.ok);
    expect(report.handled).toBeLessThanOrEqual(report.ok + sum(report.unknown));
    expect(code).toBe(0);
  });

  it('closes the cluster and reports on SIGINT, in the middle of an outage', async () => {
    const { child, code } = start(['--seconds', '10']);
    const output: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      if (line.includes('the server is killed')) child.kill('SIGINT');
      output.push(line);
    }
    expect(await code).toBe(130);
    expect(output.join('\n')).toMatch(/The cluster, .*, stopped early\n[^]*0 failed \+ 0 unknown\n[^]*All numbers add up/);
  });

  it('ends quietly when the reader of its output has read enough', async () => {
    const { child, errors, code } = start(['--seconds', '60']);
    await new Promise((resolve) => createInterface(child.stdout).once('line', resolve));
    child.stdout.destroy();
    expect([await code, await errors]).toEqual([0, '']);
  });
});

describe('npm run example:cluster', () => {
  it('says in two lines how to get a server where there is none', async () => {
    const { code, output, errors } = await run([], { NATS_SERVER_BIN: '/nowhere/nats-server' });
    expect([code, output]).toEqual([1, '']);
    expect(errors.trimEnd().split('\n')).toHaveLength(2);
    expect(errors).toContain('bash .ci/nats-server.sh');
  });

  it.each([
    ['a number that is none', ['--seconds', 'soon'], /--seconds must be a number from 1 to 3600, got 'soon'/],
    ['an unknown option', ['--jsn'], /--jsn/],
    ['two outputs', ['--json', '--plain'], /choose one of --json and --plain/],
    ['an argument', ['folder'], /folder/],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const { code, output, errors } = await run(args);
    expect([code, output]).toEqual([2, '']);
    expect(errors).toMatch(message);
    expect(errors).toContain('usage: npm run example:cluster');
  });
});
