import type { Session } from '../../core/model/session';
import type { Situation, Turn } from '../../core/model/turn';
import type { Call } from '../ports/call';
import type { SessionStore } from '../ports/session-store';
import type { DueSession } from '../ports/timer-store';
import type { TimerTurnIds } from '../ports/timer-turn-ids';
import type { TurnCodec } from '../ports/turn-codec';
import { type ProcessedTurn, TimerMovedError, type TurnCommand } from './turn-command';

export interface FireTimerDependencies {
  readonly store: SessionStore;
  readonly codec: TurnCodec;
  readonly timerTurnIds: TimerTurnIds;
}

/** An entry of the due timers, and the time of the store in milliseconds since 1970. */
export interface FireTimerCommand extends DueSession {
  readonly now: number;
}

export type FireTimerOutcome =
  /** The TIMER turn was applied. `lateMs` is the time after the timer was due. */
  | { readonly kind: 'fired'; readonly lateMs: number }
  /** Another turn was applied meanwhile, which has changed the timer. */
  | { readonly kind: 'moved' }
  /** Nothing is due. The entry should have the time `nextAt`, or not exist if that is undefined. */
  | { readonly kind: 'not due'; readonly nextAt: number | undefined };

/**
 * Fires the timer of a session (section 14): processes a TIMER turn in the same way as a turn of a client. It has nothing but the ids, the trigger
 * and the time, which is that of the store, and not before the timer. The turn is applied only if its timer is still the next one.
 *
 * @throws the errors of `processTurn`, and of the store.
 */
export async function fireTimer(
  { store, codec, timerTurnIds }: FireTimerDependencies,
  { key, at, now }: FireTimerCommand,
  call: Call,
  processTurn: (command: TurnCommand, call: Call) => Promise<ProcessedTurn>,
): Promise<FireTimerOutcome> {
  const session = await load(store, { key, at }, call);
  const timerAt = session?.nextTimerAt;
  if (session === undefined || timerAt === undefined || timerAt > now) return { kind: 'not due', nextAt: timerAt };
  const turnId = timerTurnIds.generateTimerTurnId(key, session.revision, timerAt);
  const turn = createTimerTurn(session, turnId, now);
  const command: TurnCommand = {
    turn,
    expectedRevision: undefined,
    timerAt,
    validateOnly: false,
    responseView: 'BASIC',
    requestBytes: codec.encodeRequest(turn),
  };
  try {
    await processTurn(command, call);
  } catch (error) {
    if (error instanceof TimerMovedError) return { kind: 'moved' };
    throw error;
  }
  return { kind: 'fired', lateMs: now - timerAt };
}

/** Loads the session. A cached one with another timer is outdated, unless the entry is. */
async function load(
  store: FireTimerDependencies['store'],
  { key, at }: DueSession,
  call: Call,
): Promise<Session | undefined> {
  const { session } = await store.load(key, '', call);
  if (session?.nextTimerAt === at) return session;
  return (await store.load(key, '', call, { skipsCache: true })).session;
}

const noSituation: Situation = {
  message: '',
  language: '',
  signals: [],
  intent: '',
  canonicalIntentLabel: '',
  canonicalIntentScore: 0,
  previousIntent: '',
  intentChanged: false,
  topicChanged: false,
  tone: '',
  sentiment: '',
  frustrationLevel: '',
  urgency: 'normal',
  facts: new Map(),
  requestedFields: [],
  candidateVariables: [],
  embedding: [],
};

function createTimerTurn({ tenantId, agentId, sessionId }: Session, turnId: string, occurredAt: number): Turn {
  return {
    tenantId,
    agentId,
    sessionId,
    turnId,
    occurredAt,
    trigger: 'TIMER',
    situation: noSituation,
    candidates: [],
    appliedRules: [],
    customerData: new Map(),
    stepOutcomes: [],
    sessionVariables: new Map(),
    deliveries: [],
    supersedesTurnId: '',
    customerId: '',
  };
}
