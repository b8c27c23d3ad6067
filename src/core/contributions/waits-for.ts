import type { SelectionContext } from '../context/selection-context';
import { getDueTime, listTransitions } from '../context/timers';
import { isOpen, type RequestKind, type WaitsFor } from '../model/request';
import type { ScenarioInstance } from '../model/session';
import type { Walk } from '../steps/walk-state';

type WaitsForContext = Pick<SelectionContext, 'turn' | 'session'>;

/** Returns what an instance waits for after its walk (0.8). An instance with a deferred question also waits for an answer. */
export function getWaitsFor(walk: Walk, context: WaitsForContext): WaitsFor {
  const { need } = walk;
  switch (need.kind) {
    case 'ask':
    case 'confirm':
      return 'ANSWER';
    case 'act':
      return need.isAwaited ? 'ACTION' : getTimer(walk, context);
    case 'call':
      return 'CALL';
    case 'event':
      return 'EVENT';
    case 'inform':
    case 'none':
      return getTimer(walk, context);
  }
}

/** Returns TIMER if a transition of the step can become TRUE only after a time that has not elapsed (section 14), else NOTHING. */
function getTimer({ position, input }: Walk, { turn, session }: WaitsForContext): 'TIMER' | 'NOTHING' {
  const { occurredAt } = turn;
  const lastMessageAt = turn.trigger === 'MESSAGE' ? occurredAt : session.lastMessageAt;
  const isWaiting = listTransitions({ step: position.step, scenario: input.scenario }).some((transition) => {
    const dueTime = getDueTime(transition, position, { lastMessageAt });
    return dueTime !== undefined && dueTime > occurredAt;
  });
  return isWaiting ? 'TIMER' : 'NOTHING';
}

const answeringKinds: Readonly<Record<WaitsFor, readonly RequestKind[]>> = {
  ANSWER: ['ASK', 'CONFIRM'],
  ACTION: ['ACTION'],
  CALL: [],
  EVENT: [],
  TIMER: [],
  NOTHING: [],
};

/** Returns what an instance that did not walk waits for: the same as before, unless its request was answered (0.8). */
export function getWaitsForWithoutWalk({ waitsFor, requests, deferredBehindScenarioId }: ScenarioInstance): WaitsFor {
  const kinds = answeringKinds[waitsFor];
  if (kinds.length === 0 || deferredBehindScenarioId !== '') return waitsFor;
  return requests.some((request) => isOpen(request) && kinds.includes(request.kind)) ? waitsFor : 'NOTHING';
}
