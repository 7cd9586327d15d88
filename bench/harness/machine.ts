import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';

/** The machine and the packages that a figure depends on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory: number;
  readonly platform: string;
  readonly node: string;
  readonly v8: string;
  /** The versions of the packages that are measured. */
  readonly packages: Readonly<Record<string, string>>;
}

const measured = [
  'rxjs',
  'eventemitter3',
  'xstate',
  'nact',
  'effect',
  '@morgan-stanley/message-broker',
  'postal',
  '@ngrx/signals',
  '@nestjs/cqrs',
];

export function machine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memory: totalmem(),
    platform: `${process.platform} ${process.arch}`,
    node: process.versions.node,
    v8: process.versions.v8,
    packages: Object.fromEntries(measured.map((name) => [name, versionOf(name)])),
  };
}

function versionOf(name: string): string {
  const manifest = new URL(`../../node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}
