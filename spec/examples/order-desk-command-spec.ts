import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SessionReport } from './order-desk/session';

const root = fileURLToPath(new URL('../../', import.meta.url));
const COMMAND = 'spec/examples/order-desk.ts';
const RECORDING = 'spec/readme/order-desk.svg';
let folder: string;
let bundle: string;
/** What a failing spec may have left running. */
const children: ChildProcess[] = [];

// One run is as `npm start` has it. For the others tsx would take longer to start than all that they do.
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'order-desk-'));
  bundle = join(folder, 'order-desk.js');
  await writeFile(join(folder, 'package.json'), '{"type":"module"}');
  await build({
    entryPoints: [join(root, COMMAND)],
    outdir: folder,
    ...{ bundle: true, splitting: true, platform: 'node', format: 'esm', target: 'es2022', logLevel: 'error' },
    // Only the live view needs them, and only a terminal has that.
    external: ['ink', 'react', 'react/jsx-runtime'],
    // What is CommonJS in it asks for Node's own modules in its way.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
  });
});

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

function start(args: string[]): { child: ChildProcessByStdio<null, Readable, Readable>; errors: Promise<string>; code: Promise<number | null> } {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NO_COLOR: '1' }, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  return { child, errors: text(child.stderr), code: new Promise((resolve) => child.on('close', resolve)) };
}

async function run(args: string[]): Promise<{ code: number | null; output: string; errors: string }> {
  const { child, errors, code } = start(args);
  const [output, ...rest] = await Promise.all([text(child.stdout), errors, code]);
  return { output, errors: rest[0], code: rest[1] };
}

describe('npm start', () => {
  it('prints plain lines and a report where the output is no terminal', async () => {
    const { code, output, errors } = await run(['--import', 'tsx', COMMAND, '--seconds', '2']);
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('1/7 A calm day.');
    expect(output).toContain('7/7 Redelivery.');
    expect(output).toMatch(/All numbers add up: every order ended once\.\n$/);
    expect(output).not.toContain('\u001b');
  });

  it('prints only the report with --json', async () => {
    const { code, output } = await run([bundle, '--json', '--seconds', '2', '--seed', '5']);
    expect(code).toBe(0);
    const report = JSON.parse(output) as SessionReport;
    expect(report).toMatchObject({ addsUp: true, isInterrupted: false, seed: 5, orders: { open: 0 } });
    expect(report.desk.totalSent).toBe(report.desk.totalDelivered + report.desk.totalFailed);
  });

  it('ends quietly when the reader of its output has read enough', async () => {
    const { child, errors, code } = start([bundle, '--seconds', '60']);
    await new Promise((resolve) => createInterface(child.stdout).once('line', resolve));
    child.stdout.destroy();
    expect([await code, await errors]).toEqual([0, '']);
  });

  it('reports also if nobody reads its errors', async () => {
    const { child, errors, code } = start([bundle, '--json', '--seconds', '1']);
    child.stderr.destroy();
    await expect(errors).rejects.toThrow('Premature close');
    expect(JSON.parse(await text(child.stdout))).toMatchObject({ addsUp: true });
    expect(await code).toBe(0);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('closes the desk and reports on %s', async (signal) => {
    const { child, code } = start([bundle, '--seconds', '60']);
    const output: string[] = [];
    for await (const line of createInterface(child.stdout)) {
      if (line.startsWith(' 0:01')) child.kill(signal);
      output.push(line);
    }
    expect(await code).toBe(130);
    expect(output.join('\n')).toMatch(/The order desk, .*, stopped early\n[^]*All numbers add up/);
  });

  it.each([
    ['a number that is none', ['--seconds', 'many'], /--seconds must be a number from 1 to 3600, got 'many'/],
    ['an unknown option', ['--jsn'], /--jsn/],
    ['an argument', ['folder'], /folder/],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const { code, output, errors } = await run([bundle, ...args]);
    expect([code, output]).toEqual([2, '']);
    expect(errors).toMatch(message);
    expect(errors).toContain('usage: npm start');
  });

  it('tells its options and keys with --help', async () => {
    const { code, output } = await run([bundle, '--help']);
    expect(code).toBe(0);
    for (const word of ['--seconds', '--json', 'redeliver', 'exit codes']) expect(output).toContain(word);
  });
});

describe('the recording in the README', () => {
  it('shows the example as it is, in a file that a page can afford', async () => {
    const { code, output } = await run(['--import', 'tsx', 'spec/examples/order-desk/recording/record.ts', '--stdout']);
    expect(code).toBe(0);
    expect(output.length).toBeLessThan(150_000);
    expect(output === (await readFile(join(root, RECORDING), 'utf8')), 'npx tsx spec/examples/order-desk/recording/record.ts makes it anew').toBe(true);
    // What GitHub leaves out of a picture: scripts, and anything from elsewhere.
    expect(output).not.toMatch(/<script|<foreignObject|@import|(?:href|src)="(?!#)|url\((?!#)/);
  });
});
