import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Audit, checkFolder, startAudit } from './license-audit/audit';
import { isPackage } from './license-audit/installed-package';
import { licenceOf } from './license-audit/licence-of';
import { printReport } from './license-audit/print-report';
import type { Report } from './license-audit/report';

const root = fileURLToPath(new URL('../../', import.meta.url));
const COMMAND = 'spec/examples/license-audit.ts';
let folder: string;

/** A project with 60 good packages, and one each that is malformed, empty, no object, no file, and a dangling link. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'license-audit-'));
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  await put('package.json', '{"name":"project","dependencies":{"p0":"1"},"license":"MIT"}');
  for (let i = 0; i < 60; i++) {
    const license = i % 3 === 0 ? 'apache 2' : i % 3 === 1 ? 'MIT' : undefined;
    await put(`node_modules/p${i}/package.json`, JSON.stringify({ name: `p${i}`, version: `1.0.${i}`, license }));
    await put(`node_modules/p${i}/index.js`, 'x'.repeat(100 * i));
  }
  await put('node_modules/p1/node_modules/nested/package.json', '{"name":"nested","version":"2.0.0","licenses":[{"type":"MIT"},{"type":"BSD-3-Clause"}]}');
  await put('node_modules/p1/node_modules/nested/large.bin', 'x'.repeat(50_000));
  await put('node_modules/p1/entry/package.json', '{"name":"p1/entry","main":"../index.js"}');
  await put('node_modules/p1/test/fixtures/app/package.json', '{"name":"fixture","version":"0.0.1"}');
  await put('node_modules/p1/test/fixtures/app/node_modules/dependency/package.json', '{"name":"dependency"}');
  await put('node_modules/note/package.json', '{"type":"module"}');
  await put('node_modules/malformed/package.json', '{ "name": ');
  await put('node_modules/empty/package.json', '');
  await put('node_modules/list/package.json', 'null');
  await mkdir(join(folder, 'node_modules/unreadable/package.json'), { recursive: true });
  await mkdir(join(folder, 'node_modules/dangling'), { recursive: true });
  await symlink(join(folder, 'nowhere'), join(folder, 'node_modules/dangling/package.json'));
});

afterAll(() => rm(folder, { recursive: true }));

describe('the licence audit', () => {
  it('accounts for every file: found = parsed + dead letters', async () => {
    const report = await startAudit(folder).report;
    expect(report).toMatchObject({ filesFound: 71, filesParsed: 66, interrupted: false, addsUp: true });
    const lost = report.deadLetters.map(({ path, reason }) => [path.slice(folder.length + 'node_modules'.length + 2), reason]).sort();
    expect(lost).toEqual(['dangling', 'empty', 'list', 'malformed', 'unreadable'].map((name) => [join(name, 'package.json'), 'HandlerFailed']));
    expect(report.deadLetters.map(({ error }) => error).join('\n')).toMatch(/ENOENT[^]*EISDIR|EISDIR[^]*ENOENT/);
    expect(report.metrics).toMatchObject({ totalErrored: 5, pending: 0, inFlight: 0, totalFailed: 0, totalDeadLettered: 5 });
  });

  it('counts licences by their SPDX names, sizes without nested packages, and packages without a licence', async () => {
    const { licences, largest, withoutLicence } = await startAudit(folder).report;
    expect(licences.map(({ licence, packages }) => [licence, packages])).toEqual([
      ['MIT', 21],
      ['none', 20],
      ['Apache-2.0', 20],
      ['MIT OR BSD-3-Clause', 1],
    ]);
    expect(largest).toHaveLength(10);
    expect(largest[0]).toMatchObject({ name: 'nested', bytes: expect.any(Number) as number });
    expect(largest[1]).toMatchObject({ name: 'p59', version: '1.0.59' });
    expect(withoutLicence).toHaveLength(20);
    expect(withoutLicence).toContain('p2');
  });

  it('never lets the walker run ahead of the readers by more than they hold', async () => {
    const { walkerLead } = await startAudit(folder).report;
    expect(walkerLead.allowed).toBe(40);
    expect(walkerLead.largest).toBeGreaterThan(0);
    expect(walkerLead.largest).toBeLessThanOrEqual(walkerLead.allowed);
  });

  it('tells findings and progress as it goes', async () => {
    const audit: Audit = startAudit(folder);
    const found: (string | undefined)[] = [];
    audit.findings$.subscribe(({ name }) => found.push(name));
    expect(audit.progress()).toMatchObject({ found: 0, parsed: 0 });
    await audit.report;
    expect(found).toHaveLength(20);
    expect(audit.progress()).toMatchObject({ found: 71, parsed: 66, lost: 5, withoutLicence: 20 });
    expect(audit.progress().mailboxes).toEqual([
      { name: 'walker', size: 0, capacity: 1, inFlight: 0 },
      { name: 'reader', size: 0, capacity: 32, inFlight: 0 },
      { name: 'parser', size: 0, capacity: 40, inFlight: 0 },
      { name: 'aggregator', size: 0, capacity: 40, inFlight: 0 },
    ]);
  });

  it('reports the work done so far when it is stopped', async () => {
    const audit = startAudit(folder);
    audit.stop();
    const report = await audit.report;
    expect(report.interrupted).toBe(true);
    expect(report.filesFound).toBeLessThan(71);
    expect(report.addsUp).toBe(true);
  });

  it('prints tables that people can read', async () => {
    const lines: string[] = [];
    printReport(await startAudit(folder).report, (text) => lines.push(text));
    const text = lines.join('\n').replaceAll(/\u001b\[\d+m/g, '');
    expect(text).toMatch(/│ MIT +│ +21 │/);
    expect(text).toContain('71 files found = 66 parsed + 5 dead letters');
    expect(text).toContain('All numbers add up.');
    expect(text).toMatch(/… and 5 more/);
  });

  it('knows a good folder from a bad one', async () => {
    await expect(checkFolder(folder)).resolves.toBeUndefined();
    await expect(checkFolder(join(folder, 'nowhere'))).rejects.toThrow(/there is no folder .*nowhere.*npm ci/);
    await expect(checkFolder(join(folder, 'package.json'))).rejects.toThrow(/is no folder/);
  });

  it.each([
    ['/p/package.json', true],
    ['/p/packages/a/package.json', true],
    ['/p/node_modules/rxjs/package.json', true],
    ['/p/node_modules/@angular/core/package.json', true],
    ['/p/node_modules/a/node_modules/@s/b/package.json', true],
    ['/p/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json', true],
    ['/p/node_modules/rxjs/ajax/package.json', false],
    ['/p/node_modules/@angular/core/testing/package.json', false],
    ['/p/node_modules/resolve/test/resolver/baz/package.json', false],
    ['/p/node_modules/a/test/node_modules/b/package.json', false],
    ['/p/node_modules/.cache/a/package.json', false],
  ])('knows whether %s is that of a package: %s', (path, is) => {
    expect(isPackage(path.split('/').join(sep))).toBe(is);
  });

  it.each([
    [{ license: 'MIT' }, 'MIT'],
    [{ license: 'Apache 2.0' }, 'Apache-2.0'],
    [{ license: { type: 'ISC' } }, 'ISC'],
    [{ licenses: [{ type: 'MIT' }, { type: 'MIT' }] }, 'MIT'],
    [{ license: 'SEE LICENSE IN eula.txt' }, 'SEE LICENSE IN eula.txt'],
    [{ license: '' }, undefined],
    [{ license: 5 }, undefined],
    [{}, undefined],
  ])('reads the licence of %j', (manifest, licence) => {
    expect(licenceOf(manifest)).toBe(licence);
  });
});

describe('its command', () => {
  let bundle: string;

  // One run is as `npm run example:audit` has it. For the others tsx would take longer to start than all that they do.
  beforeAll(async () => {
    bundle = join(folder, 'license-audit.mjs');
    await build({
      entryPoints: [join(root, COMMAND)],
      outfile: bundle,
      ...{ bundle: true, platform: 'node', format: 'esm', target: 'es2022' },
      // What is CommonJS in it asks for Node's own modules in its way.
      banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    });
  });

  const run = (args: string[]): Run => start([bundle, ...args]);

  it('prints the report as JSON', async () => {
    const { code, output } = await start(['--import', 'tsx', COMMAND, folder, '--json']).done;
    expect(code).toBe(0);
    const report = JSON.parse(output) as Report;
    expect(report).toMatchObject({ filesFound: 71, addsUp: true });
  });

  it('prints plain lines where the output is no terminal, and the errors of files only in the report', async () => {
    const { code, errors, output } = await run([folder]).done;
    expect([code, errors]).toEqual([0, '']);
    expect(output).toContain('71 files found = 66 parsed + 5 dead letters');
    expect(output).not.toContain('\u001b[2K');
  });

  it('ends quietly when the reader of its output has read enough', async () => {
    const { child, done } = run([root]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    expect(await done).toMatchObject({ code: 0, errors: '' });
  });

  it.each([
    ['a missing folder', ['nowhere/at/all'], /there is no folder 'nowhere\/at\/all'/],
    ['two folders', ['a', 'b'], /one folder at a time, got 2/],
    ['an unknown option', ['--jsn'], /--jsn/],
  ])('exits with 2 for %s', async (_what, args, message) => {
    const { code, errors } = await run(args).done;
    expect(code).toBe(2);
    expect(errors).toMatch(message);
    expect(errors).toContain('usage: npm run example:audit');
  });

  it('reports also if nobody reads its errors', async () => {
    const { child, done } = run([folder, '--json']);
    child.stderr?.destroy();
    const { code, output } = await done;
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ addsUp: true });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('drains and reports on %s', async (signal) => {
    const { child, done } = run([root, '--json']);
    // As soon as it listens: a signal before that would end it the hard way.
    await new Promise<void>((resolve) => {
      child.stderr?.on('data', (data: Buffer) => {
        if (data.includes('reading')) resolve();
      });
    });
    child.kill(signal);
    const { code, output } = await done;
    expect(code).toBe(130);
    expect(JSON.parse(output)).toMatchObject({ interrupted: true, addsUp: true });
  });
});

interface Run {
  readonly child: ChildProcess;
  readonly done: Promise<{ code: number | null; output: string; errors: string }>;
}

/** Node with these arguments, where npm starts it. */
function start(args: string[]): Run {
  const child = spawn(process.execPath, args, { cwd: root, env: { ...process.env, NO_COLOR: '1' } });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data: Buffer) => (output += String(data)));
  child.stderr.on('data', (data: Buffer) => (errors += String(data)));
  const done = new Promise<{ code: number | null; output: string; errors: string }>((resolve) => {
    child.on('close', (code) => {
      resolve({ code, output, errors });
    });
  });
  return { child, done };
}
