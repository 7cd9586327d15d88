import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './consumer-home';

/** The consumer that makes them. Its directives silence the compiler, so it is compiled again without them. */
const MISTAKES = 'mistakes.ts';
const DIRECTIVE = /\/\/ @ts-expect-error (.*)$/;

/** A mistake: its line, and what the compiler says of it. */
export interface Mistake {
  readonly line: number;
  readonly text: string;
}

/** The mistakes of the consumer in `home`, each with the text that it expects. */
export async function expectedMistakes(home: string): Promise<Mistake[]> {
  const lines = (await readFile(join(home, MISTAKES), 'utf8')).split('\n');
  return lines.flatMap((line, index) => {
    const [, text] = DIRECTIVE.exec(line) ?? [];
    return text === undefined ? [] : [{ line: index + 2, text }];
  });
}

/** The first line of everything that a TypeScript says of them. */
export async function firstLines(home: string, version: string): Promise<Mistake[]> {
  const folder = join(home, 'loud');
  const compilerOptions = { module: 'node16', target: 'es2022', lib: ['es2022', 'dom'], types: [], strict: true, skipLibCheck: true, noEmit: true };
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: [MISTAKES] }));
  await writeFile(join(folder, MISTAKES), (await readFile(join(home, MISTAKES), 'utf8')).replaceAll('@ts-expect-error', 'Says:'));
  const said = await run('npx', ['-y', '-p', `typescript@${version}`, 'tsc', '-p', folder, '--pretty', 'false'], home).catch(
    (error: unknown) => (error as { cause: { stdout: string } }).cause.stdout,
  );
  return said.split('\n').flatMap((printed) => {
    const [, line, text] = /mistakes\.ts\((\d+),\d+\): error TS\d+: (.*)$/.exec(printed) ?? [];
    return line === undefined || text === undefined ? [] : [{ line: Number(line), text }];
  });
}

/** Whether a text is what was expected, where `…` is any text. */
export function isAsExpected(said: string, expected: string): boolean {
  const parts = expected.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(said);
}
