import { actorId, message, protocol, topic, topicPattern } from 'rx-broker';

/** A `package.json` that was found. */
export interface FoundFile {
  readonly path: string;
  /** Of a dependency that the project names itself: it goes first. */
  readonly isDirect: boolean;
}

/** What a `package.json` says. */
export interface Package {
  readonly path: string;
  /** Of a part of a package it is `undefined`, as of a note to Node, such as `{ "type": "module" }`. */
  readonly name: string | undefined;
  readonly version: string | undefined;
  /** As SPDX writes it, where it can be told. */
  readonly licence: string | undefined;
}

export const Walker = protocol('walker', { walk: message<{ folder: string }>() });
export const Reader = protocol('reader', { read: message<FoundFile>() });
export const Parser = protocol('parser', { parse: message<FoundFile & { text: string }>() });
export const Aggregator = protocol('aggregator', {
  add: message<{ found: Package }>(),
  measure: message<{ folder: string; bytes: number }>(),
});

export const walker = actorId(Walker);
export const reader = actorId(Reader);
export const parser = actorId(Parser);
export const aggregator = actorId(Aggregator);

/** What is worth telling while the audit runs. */
export const noLicence = topic<Package>('findings.no-licence');
export const findings = topicPattern<Package>('findings.>');
