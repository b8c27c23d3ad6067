import { decideTurn, type TurnDecision } from '../decide-turn';
import { Allowance } from '../model/allowance';
import type { ModelProposal } from '../model/model-proposal';
import { createEmptySession, type Session } from '../model/session';
import type { OrchestrationSettings } from '../model/settings';
import { restoreSessionBefore } from '../model/superseding';
import type { Turn } from '../model/turn';
import type { TurnResult } from '../model/turn-result';
import type { Catalogue } from '../scenario/catalogue';

/** What decides a turn besides the session and the definitions. */
export interface RunEnvironment {
  readonly settings: OrchestrationSettings;
  /** Returns the id of the instance that a start of the scenario on the turn creates. */
  readonly getInstanceId: (sessionId: string, turnId: string, scenarioId: string) => string;
  /** Called after each decision with the units of work that it has spent. */
  readonly onWork?: (units: number) => void;
}

/** A recorded turn with what is needed to decide it again. */
export interface RecordedTurn {
  readonly turn: Turn;
  readonly proposal?: ModelProposal | undefined;
  /** Returns the definitions of its decision on a session. */
  readonly getCatalogue: (session: Session) => Catalogue;
  /** Returns where a result differs from the recorded response; undefined if they are equal. */
  readonly findDifference: (result: TurnResult) => string | undefined;
}

/** The recorded turns of a session, without a gap, oldest first. */
export interface RecordedSession {
  readonly sessionId: string;
  /** The state that the first turn was decided on; undefined if it was the first turn of the session. */
  readonly start: Session | undefined;
  readonly turns: readonly RecordedTurn[];
}

/** A session that turns are applied to one after the other. */
export class SessionRun {
  #session: Session | undefined;
  /** The session before the last turn, which a superseding turn is decided on. */
  #before: Session | undefined;
  #hasTurn = false;

  constructor(
    private readonly environment: RunEnvironment,
    start: Session | undefined,
  ) {
    this.#session = start;
  }

  /** Returns the session on which a turn is decided (section 13). */
  getBase(turn: Turn): Session {
    const current = this.#session ?? createEmptySession(turn);
    const supersedes = turn.supersedesTurnId !== '' && this.#hasTurn;
    return supersedes ? restoreSessionBefore(current, this.#before) : current;
  }

  /** Decides a turn and applies it. @throws OrchestratorError WORK_LIMIT. */
  play(turn: Turn, catalogue: Catalogue, proposal: ModelProposal | undefined): TurnDecision {
    const session = this.getBase(turn);
    const { settings, getInstanceId, onWork } = this.environment;
    const allowance = new Allowance(settings.turnWork);
    const getNewInstanceId = (scenarioId: string): string => getInstanceId(turn.sessionId, turn.turnId, scenarioId);
    const decision = decideTurn({ session, turn, catalogue, settings, getNewInstanceId, proposal, allowance });
    onWork?.(allowance.used);
    this.#before = session;
    this.#session = decision.session;
    this.#hasTurn = true;
    return decision;
  }
}
