import type { SchedulerLike } from 'rxjs';
import type { Load } from './load';

/** What every part of the desk depends on. A spec gives it virtual time and numbers of its own. */
export interface Surroundings {
  readonly scheduler: SchedulerLike;
  /** Numbers from 0 to 1 (exclusive). */
  readonly random: () => number;
  /** The load as it is now. */
  readonly load: () => Load;
}
