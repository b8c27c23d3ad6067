import type { ProcessTurnRequest, ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { ProcessTurnRequest as Request } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../gen/focal/orchestration/v1/turn';
import type { DialogueInputs, TurnInputs } from './dialogue-inputs';
import { closingTurn, messageTurn, type TurnContent, toolResultsTurn } from './message-turn';
import type { Exchange, PlayedDialogue, PlayedTurn } from './played-dialogue';
import { type DialogueIds, turnUuid } from './replay-ids';
import { EMPTY_VIEW, type SessionView, viewAfter } from './session-view';
import { matchRuns } from './tool-results';

/** Decides a turn: the service, or whatever stands in for it. */
export type TurnProcessor = (request: ProcessTurnRequest) => Promise<ProcessTurnResponse>;

/** Dialogues happen on this day, a turn a minute: the same replay sends the same bytes. */
const FIRST_TURN_AT = Date.UTC(2026, 0, 5, 9);
const MINUTE = 60_000;

/** Plays a dialogue as a session of its own, turn by turn, feeding back the results of the tools that the service hints at. */
export async function playDialogue(
  inputs: DialogueInputs,
  ids: DialogueIds,
  processTurn: TurnProcessor,
): Promise<PlayedDialogue> {
  const session = new DialogueSession(ids, processTurn);
  const turns: PlayedTurn[] = [];
  for (const turn of inputs.turns) turns.push({ inputs: turn, exchanges: await session.play(turn) });
  return { inputs, turns, closing: await session.send(closingTurn()) };
}

/** One session while it is played: it numbers and times the turns, and keeps what the service answered. */
class DialogueSession {
  private view: SessionView = EMPTY_VIEW;
  private sent = 0;

  constructor(
    private readonly ids: DialogueIds,
    private readonly processTurn: TurnProcessor,
  ) {}

  /** Sends a message, then tool results for as long as the plan hints at a tool that ran in this turn. */
  async play(turn: TurnInputs): Promise<Exchange[]> {
    let last = await this.send(messageTurn(turn, this.view));
    const exchanges = [last];
    let runs = turn.tool_outcomes;
    for (;;) {
      const matched = matchRuns(last.response, runs);
      if (matched.outcomes.length === 0) return exchanges;
      runs = [...matched.rest];
      last = await this.send(toolResultsTurn(matched.outcomes));
      exchanges.push(last);
    }
  }

  async send(content: TurnContent): Promise<Exchange> {
    this.sent += 1;
    const request = Turn.fromPartial({
      ...this.ids,
      ...content,
      turnId: turnUuid(this.ids.sessionId, this.sent),
      occurredAt: new Date(FIRST_TURN_AT + this.sent * MINUTE),
    });
    const response = await this.processTurn(Request.fromPartial({ turn: request }));
    this.view = viewAfter(this.view, response);
    return { request, response };
  }
}
