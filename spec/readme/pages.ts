import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type CodeBlock, codeBlocks } from './code-blocks';

/** A page that users read: the README, or a page beside the examples. */
export interface Page {
  /** From the root: `spec/examples/routing.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly CodeBlock[];
}

const EXAMPLES = 'spec/examples';

/** The README first, then the pages beside the examples. */
export function readPages(root: string): readonly Page[] {
  const names = readdirSync(join(root, EXAMPLES)).filter((name) => name.endsWith('.md'));
  return ['README.md', ...names.map((name) => `${EXAMPLES}/${name}`)].map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, blocks: codeBlocks(text, path) };
  });
}

/** The files beside the pages that users copy, by their paths from the root: no specs, and no parts of an example. */
export function readExamples(root: string): string[] {
  const names = readdirSync(join(root, EXAMPLES)).filter((name) => name.endsWith('.ts') && !name.endsWith('-spec.ts'));
  return names.map((name) => `${EXAMPLES}/${name}`);
}

/** Where the links and images of a page lead, but for other sites: `../routing.md#own-router`. */
export function linksOf({ text }: Page): string[] {
  return [...text.matchAll(/\]\((?!https?:)([^)\s]+)\)/g)].map(([, link]) => link!);
}

/** The anchors that the headings of a page make, as GitHub does. */
export function anchorsOf({ text }: Page): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => heading!.toLowerCase().replaceAll(/[^\w\- ]/g, '').replaceAll(' ', '-'));
}
