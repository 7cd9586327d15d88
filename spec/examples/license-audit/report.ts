import type { BrokerMetrics } from 'rx-broker';

/** What an audit found. */
export interface Report {
  readonly folder: string;
  /** Stopped before the walk was done: what follows is what was done. */
  readonly interrupted: boolean;
  readonly filesFound: number;
  readonly filesParsed: number;
  readonly deadLetters: readonly { readonly path: string; readonly reason: string; readonly error: string }[];
  readonly licences: readonly { readonly licence: string; readonly packages: number; readonly bytes: number }[];
  readonly largest: readonly { readonly name: string; readonly version: string; readonly bytes: number }[];
  readonly withoutLicence: readonly string[];
  /** By how much the walker was ever ahead of the readers, and by how much it may be. */
  readonly walkerLead: { readonly largest: number; readonly allowed: number };
  readonly metrics: BrokerMetrics;
  /** `filesFound = filesParsed + deadLetters`, and the broker's own laws. */
  readonly addsUp: boolean;
  readonly milliseconds: number;
}
