// Which states a store keeps so that recorded turns can be decided again, and the limits of `SessionStore.readTurnHistory`.

/**
 * A store keeps the state before the first turn of a session or an import, and before each turn that follows this number of turns. A turn
 * is then decided again with at most this number of turns.
 */
export const turnsPerKeptState = 16;

/** A larger state, in encoded bytes, is not kept for the history. The turns after it need the next earlier state. */
export const maxKeptStateBytes = 65_536;

/** A history does not have more turns. */
export const maxHistoryTurns = 64;

/** A history does not have more bytes of requests and responses, in addition to the requested turn. */
export const maxHistoryBytes = 8_388_608;

/** Whether the store keeps the state before the turn that leads to `revision`. */
export function keepsStateBefore(revision: number): boolean {
  return (revision - 1) % turnsPerKeptState === 0;
}
