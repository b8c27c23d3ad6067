import { ProcessTurnRequest, type ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../gen/focal/orchestration/v1/turn';
import type { DialogueInputs, TurnInputs } from './dialogue-inputs';
import { buildClosingTurn, type TurnContent, toMessageTurn, toToolResultsTurn } from './message-turn';
import { type DialogueIds, toTurnId } from './replay-ids';
import { emptyView, matchRuns, type SessionView, updateView } from './session-view';

/** A turn that was sent, and its response. */
export interface Exchange {
  readonly request: Turn;
  readonly response: ProcessTurnResponse;
}

export interface PlayedTurn {
  readonly inputs: TurnInputs;
  /** The exchange of the message, followed by the exchanges of tool results. */
  readonly exchanges: readonly Exchange[];
}

export interface PlayedDialogue {
  readonly inputs: DialogueInputs;
  readonly turns: readonly PlayedTurn[];
  /** The exchange after the last message, with the fact that the customer has left. */
  readonly closing: Exchange;
}

/** Decides a turn. A replay calls the service; a test can use a substitute. */
export type TurnProcessor = (request: ProcessTurnRequest) => Promise<ProcessTurnResponse>;

/** Fixed times, one minute per turn, so that every replay sends the same bytes. */
const dialogueStart = Date.UTC(2026, 0, 5, 9);
const turnIntervalMs = 60_000;

/** Plays a dialogue in its own session. Reports the results of the tools that the service hints at. */
export async function playDialogue(
  inputs: DialogueInputs,
  ids: DialogueIds,
  processTurn: TurnProcessor,
): Promise<PlayedDialogue> {
  const session = new DialogueSession(ids, processTurn);
  const turns: PlayedTurn[] = [];
  for (const turn of inputs.turns) turns.push({ inputs: turn, exchanges: await session.play(turn) });
  return { inputs, turns, closing: await session.send(buildClosingTurn()) };
}

class DialogueSession {
  private view: SessionView = emptyView;
  private sentCount = 0;

  constructor(
    private readonly ids: DialogueIds,
    private readonly processTurn: TurnProcessor,
  ) {}

  /** Sends a message, and then tool results as long as the plan hints at a tool that ran in this turn. */
  async play(turn: TurnInputs): Promise<Exchange[]> {
    let last = await this.send(toMessageTurn(turn, this.view));
    const exchanges = [last];
    let runs = turn.tool_outcomes;
    for (;;) {
      const { outcomes, remaining } = matchRuns(last.response, runs);
      if (outcomes.length === 0) return exchanges;
      runs = [...remaining];
      last = await this.send(toToolResultsTurn(outcomes));
      exchanges.push(last);
    }
  }

  async send(content: TurnContent): Promise<Exchange> {
    this.sentCount += 1;
    const request = Turn.fromPartial({
      ...this.ids,
      ...content,
      turnId: toTurnId(this.ids.sessionId, this.sentCount),
      occurredAt: new Date(dialogueStart + this.sentCount * turnIntervalMs),
    });
    const response = await this.processTurn(ProcessTurnRequest.fromPartial({ turn: request }));
    this.view = updateView(this.view, response);
    return { request, response };
  }
}
