/** A worker of a pool, as `workers$` shows it. */
export interface PoolWorkerInfo {
  /** Its number: each worker that the pool has started has another one. */
  readonly number: number;
  /** `starting`: it has not served yet. `leaving`: the pool shrinks, and it ends with what it is handling. */
  readonly state: 'starting' | 'ready' | 'leaving';
  /** How many messages it is handling. */
  readonly running: number;
}
