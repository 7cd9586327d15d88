import type { DeadLetter } from './dead-letter';
import { Outlet } from './outlet';

/** Where dead letters are told. While one is, a failure that its observers cause makes no letter (rule O4). */
export class LetterOutlet extends Outlet<DeadLetter> {
  isTelling = false;

  override next(letter: DeadLetter): void {
    this.isTelling = true;
    try {
      super.next(letter);
    } finally {
      this.isTelling = false;
    }
  }
}
