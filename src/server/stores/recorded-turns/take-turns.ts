import { decodeStateBefore } from '../../codec/stored/stored-values';
import type { StoredTurn } from '../../codec/stored/turn-block-header';
import type {
  RecordedTurns,
  RecordedTurnsQuery,
  TurnHistory,
  TurnRecord,
  TurnSelector,
} from '../../ports/session-store';
import { maxHistoryBytes, maxHistoryTurns } from '../../ports/turn-history';

// What both stores do with the turns that they have read: blocks are read as a whole, so there may be more turns than were requested.

/** Takes the requested turns of a page. `turns` are in order; `hasLater` is whether there are turns after them. */
export function takeTurns(
  turns: Iterable<TurnRecord>,
  { afterRevision, limit, maxBytes = Number.MAX_SAFE_INTEGER }: Omit<RecordedTurnsQuery, 'key'>,
  hasLater: boolean,
): RecordedTurns {
  const taken: TurnRecord[] = [];
  let remainingBytes = maxBytes;
  for (const turn of turns) {
    if (turn.revision <= afterRevision) continue;
    remainingBytes -= getMessageBytes(turn);
    if (taken.length === limit || (remainingBytes < 0 && taken.length > 0)) return { turns: taken, hasMore: true };
    taken.push(turn);
  }
  return { turns: taken, hasMore: hasLater };
}

/**
 * Takes the history of a turn. `turns` are the recorded turns in order, up to the requested one or beyond, from the nearest kept state or
 * earlier. Undefined if the requested turn is not one of them. If a turn id was used again, the last turn with it is the requested one.
 */
export function takeHistory(turns: readonly StoredTurn[], selector: TurnSelector): TurnHistory | undefined {
  const last = turns.findLastIndex(({ record }) =>
    'turnId' in selector ? record.turnId === selector.turnId : record.revision === selector.revision,
  );
  const requested = turns[last];
  if (requested === undefined) return undefined;
  let remainingBytes = maxHistoryBytes + getMessageBytes(requested.record);
  for (let index = last; index >= 0 && last - index < maxHistoryTurns; index -= 1) {
    const { record, stateBefore } = turns[index] ?? requested;
    remainingBytes -= getMessageBytes(record);
    if (remainingBytes < 0) break;
    if (stateBefore !== undefined) {
      const taken = turns.slice(index, last + 1).map((turn) => turn.record);
      return { start: decodeStateBefore(stateBefore), turns: taken };
    }
  }
  return { start: undefined, turns: [requested.record] };
}

function getMessageBytes({ request, response }: TurnRecord): number {
  return request.length + response.length;
}
