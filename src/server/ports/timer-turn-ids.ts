import type { SessionKey } from '../../core/model/session';

export interface TimerTurnIds {
  /**
   * Returns the id of the turn that fires a timer of a session at a revision. The same values give the same UUID, so that two nodes cannot both
   * apply it. The revision is a part of it, because a turn at the time of a timer may leave another timer at the same time.
   */
  generateTimerTurnId(key: SessionKey, revision: number, timerAt: number): string;
}
