import type { ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import type { Turn } from '../../gen/focal/orchestration/v1/turn';
import type { DialogueInputs, TurnInputs } from './dialogue-inputs';

/** One call to the service: what was sent and what came back. */
export interface Exchange {
  readonly request: Turn;
  readonly response: ProcessTurnResponse;
}

/** One turn of a dialogue: the message's exchange, then those that brought tool results. */
export interface PlayedTurn {
  readonly inputs: TurnInputs;
  readonly exchanges: readonly Exchange[];
}

/** A dialogue as it went. */
export interface PlayedDialogue {
  readonly inputs: DialogueInputs;
  readonly turns: readonly PlayedTurn[];
  /** The exchange after the last message, which says that the customer has left. */
  readonly closing: Exchange;
}
