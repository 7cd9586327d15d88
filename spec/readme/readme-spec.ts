import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SendError } from 'rx-broker';
import { type Observable, catchError, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BOUNDED_LAWS } from '../contracts/bounded-laws';
import { MAILBOX_LAWS } from '../contracts/mailbox-laws';
import { BROKER_LAWS } from '../contracts/message-broker-laws';
import { CALL_LAWS, FLATTENING_LAWS, OPERATOR_LAWS } from '../contracts/operator-laws';
import { ROUTER_LAWS } from '../contracts/router-laws';
import { BROKER_FAULTS } from '../model/broken/broker-faults';
import { QUEUE_FAULTS } from '../model/broken/queue-faults';
import { USUAL_RUNS } from '../model/check-scripts';
import { typeErrors } from './check-types';
import { type CodeBlock, codeBlocks } from './code-blocks';
import { marbleLines } from './marble-lines';
import { anchorsOf, linksOf, readExamples, readPages } from './pages';
import { promised, runBlock } from './run-block';

const root = fileURLToPath(new URL('../../', import.meta.url));
const pages = readPages(root);
const { text: readme } = pages[0]!;
const blocks = pages.flatMap((page) => page.blocks);
const typed = blocks.filter(({ info }) => info.startsWith('ts'));
const runnable = typed.filter(({ info }) => info === 'ts');
const diagrams = blocks.flatMap((block, index) => (block.info === 'marbles' ? [{ diagram: block, block: blocks[index - 1]! }] : []));
const named = (block: CodeBlock): string => `${block.page}:${String(block.line)}`;

/** The order in which a reader needs them. */
const CHAPTERS = ['Install', 'A first look', 'By task', 'Testing', 'Measured performance', 'Guarantees', 'Compatibility', 'Non-goals', 'What changed in'];
const MOST_LINES = 400;

/** The rules that a spec must show. */
const RULES = [
  ...['S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7'],
  ...['M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9'],
  ...['D0', 'D1', 'D2', 'D3', 'D4', 'D5', 'D6'],
  ...['R1', 'R2', 'R3', 'R4', 'T1', 'T2', 'T3', 'T4'],
  ...['O1', 'O2', 'O3', 'O4', 'O5', 'O6', 'O7', '§7'],
];

describe('the README', () => {
  it('is short, and in the order in which it is read', () => {
    expect(readme.split('\n').length - 1).toBeLessThanOrEqual(MOST_LINES);
    const chapters = [...readme.matchAll(/^## (.+)$/gm)].map(([, title]) => title!);
    expect(chapters.map((title, index) => (title.startsWith(CHAPTERS[index]!) ? CHAPTERS[index] : title))).toEqual(CHAPTERS);
  });

  it('leads to every example and every page', () => {
    const links = linksOf(pages[0]!).map((link) => link.split('#')[0]);
    expect(links).toEqual(expect.arrayContaining([...readExamples(root), ...pages.slice(1).map(({ path }) => path)]));
  });

  it('explains ten terms, each in a sentence about it', () => {
    const table = readme.slice(readme.indexOf('### Ten terms'), readme.indexOf('## By task'));
    const rows = [...table.matchAll(/^\| ([a-z ]+) \| (An? [a-z ]+) /gm)].filter(([, term]) => term !== 'term');
    expect(rows).toHaveLength(10);
    for (const [, term, sentence] of rows) expect(sentence).toMatch(new RegExp(`^An? ${term!}\\b`));
  });
});

describe('the README and its pages', () => {
  // A block that leaves a dead letter or an error to the log would fill its reader's console.
  beforeEach(() => {
    vi.spyOn(console, 'warn').mockImplementation(() => {});
    vi.spyOn(console, 'error').mockImplementation(() => {});
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it.each(runnable.map((block) => [named(block), block] as const))('run and print what they say: %s', async (_name, block) => {
    const { printed, done } = runBlock(block);
    await done;
    const lines = [...printed].map(([line, values]) => [line, values.join(', then ')] as const);
    expect(Object.fromEntries(lines)).toEqual(Object.fromEntries(promised(block)));
    expect(console.warn).not.toHaveBeenCalled();
    expect(console.error).not.toHaveBeenCalled();
  });

  it('hold blocks that run, but for those that need a framework, shell lines and diagrams', () => {
    expect(runnable.length).toBeGreaterThanOrEqual(25);
    expect(diagrams).toHaveLength(1);
    for (const block of typed.filter((block) => !runnable.includes(block))) {
      expect(block.info, named(block)).toMatch(/^(ts no-run|tsx)$/);
      expect(block.code, named(block)).toMatch(/ from '(@angular\/core|@nats-io\/transport-node|rx-broker\/react|rx-broker\/transports\/message-port|vue|zod)/);
    }
    expect(new Set(blocks.map(({ info }) => info))).toEqual(new Set(['html', 'js', 'sh', 'ts', 'ts no-run', 'tsx', 'marbles']));
  });

  it('have the types that they show', () => {
    expect(typeErrors(typed, root)).toEqual([]);
  });

  it('lead to files and headings that are there, and every page is led to', () => {
    const reached = new Set(['README.md']);
    for (const page of pages) {
      for (const link of linksOf(page)) {
        const [file, anchor] = link.split('#');
        const path = file === '' ? page.path : normalize(join(dirname(page.path), file!));
        reached.add(path);
        expect(existsSync(join(root, path)), `${link} in ${page.path}`).toBe(true);
        if (anchor !== undefined) expect(anchorsOf(pages.find((other) => other.path === path)!), `${link} in ${page.path}`).toContain(anchor);
      }
    }
    expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
  });

  it.each(diagrams.map(({ diagram, block }) => [named(diagram), diagram, block] as const))(
    'draw what happens: the marbles of %s',
    async (_name, diagram, block) => {
      // The block's own subscriptions would send, too.
      const silent = { ...block, code: block.code.replaceAll(/^.*console\.log.*$/gm, '') };
      const lines = marbleLines(diagram.code);
      const names = [...new Set(lines.map(({ name }) => name))];
      const streams = (await runBlock(silent, names).done) as Record<string, Observable<unknown>>;
      new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ expectObservable }) => {
        for (const { name, marble, values, code } of lines) {
          const stream$ = streams[name]!.pipe(catchError((error: unknown) => throwError(() => (error as SendError).code)));
          expectObservable(stream$).toBe(marble, values, code);
        }
      });
    },
  );

  it('name, for each guarantee, a spec that is there and names the rule', () => {
    const rows = [...readme.matchAll(/^\| ([A-Z]\d|§7) \| .* \| (`.*`) \|$/gm)];
    expect(rows.map(([, rule]) => rule)).toEqual(RULES);
    for (const [, rule, specs] of rows) {
      for (const [, path] of specs!.matchAll(/`([^`]+)`/g)) {
        expect(existsSync(join(root, path!)), `${path!}, named for ${rule!}`).toBe(true);
        expect(readFileSync(join(root, path!), 'utf8'), `${path!}, named for ${rule!}`).toMatch(inBrackets(rule!));
      }
    }
  });

  it('give the figures that the specs have', () => {
    const laws = [BOUNDED_LAWS, BROKER_LAWS, CALL_LAWS, FLATTENING_LAWS, MAILBOX_LAWS, OPERATOR_LAWS, ROUTER_LAWS].flat().length;
    const faults = BROKER_FAULTS.length + QUEUE_FAULTS.length;
    expect(readme).toContain(`${laws} laws`);
    expect(readme).toContain(`${faults} of ${faults}`);
    expect(readme).toContain(`${USUAL_RUNS.toLocaleString('en')} scripts`);
  });

  it('give the commands that there are', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
    expect(readme).toContain('npm ci && npm start\n');
    expect(readme).toContain('npm ci && npm test\n');
    for (const { text } of pages) for (const [, script] of text.matchAll(/npm run ([\w:-]+)/g)) expect(scripts).toHaveProperty([script!]);
  });
});

/** How a spec names a rule: `'parks senders (M2)'`, `(S3, S4)`, `(rule S6)`. */
const inBrackets = (rule: string): RegExp => new RegExp(`\\((?:[^()\\n]*[ ,])?${rule}(?:,[^()\\n]*)?\\)`);

const block = (code: string): CodeBlock => ({ page: 'page.md', info: 'ts', line: 1, code });

describe('what runs the pages', () => {
  it('notes what each line printed', async () => {
    const { printed, done } = runBlock(block("import { of } from 'rxjs';\nof(1, 'b').subscribe(console.log);\nawait 0;\nconsole.log({ a: [1] });"));
    await done;
    expect([...printed]).toEqual([
      [2, ['1', 'b']],
      [4, ['{ a: [ 1 ] }']],
    ]);
  });

  it('fails with what a block throws, and for a module that is not ours', async () => {
    await expect(runBlock(block("throw new Error('here');")).done).rejects.toThrow('here');
    await expect(runBlock(block("import { x } from 'somewhere';\nx();")).done).rejects.toThrow("imports 'somewhere'");
  });

  it('wants every print to say what it prints', () => {
    expect([...promised(block('console.log(\n  1,\n); // → 1, then 2'))]).toEqual([[1, '1, then 2']]);
    expect(() => promised(block('console.log(1);'))).toThrow('page.md:1 prints');
    expect(() => promised(block('console.log(1);\nconsole.log(2); // → 2'))).toThrow('page.md:1 prints');
    expect(() => promised(block('f(); // → 2'))).toThrow('where nothing prints');
  });

  it('finds errors of type by the line', () => {
    const wrong = { ...block("import { actorId } from 'rx-broker';\nconst id: number = actorId('a');"), line: 7 };
    expect(typeErrors([wrong], root)).toEqual([expect.stringMatching(/^page\.md:8 Type 'ActorId<any>' is not assignable to type 'number'/)]);
  });

  it('reads blocks and diagrams, and refuses what is neither', () => {
    expect(codeBlocks('a\n```ts\nf();\n```\n', 'page.md')).toEqual([{ page: 'page.md', info: 'ts', line: 3, code: 'f();' }]);
    expect(() => codeBlocks('```ts\nf();', 'page.md')).toThrow('never closed');
    expect(marbleLines('a$  -(a|)  a = "x" once')).toEqual([{ name: 'a$', marble: '-(a|)', values: { a: 'x' }, code: undefined }]);
    expect(() => marbleLines('nothing')).toThrow('no line of a marble diagram');
  });
});
