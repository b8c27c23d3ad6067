import { ProcessTurnRequest, type ProcessTurnResponse } from '../../gen/focal/orchestration/v1/orchestrator_service';
import { Turn } from '../../gen/focal/orchestration/v1/turn';
import type { DialogueInputs, ToolRun, TurnInputs } from './dialogue-inputs';
import { buildClosingTurn, type TurnContent, toMessageTurn, toToolResultsTurn } from './message-turn';
import { type DialogueIds, toTurnId } from './replay-ids';
import { emptyView, type SessionView, updateView } from './session-view';
import {
  createEndedPatch,
  createReportPatch,
  matchRuns,
  type ReportedRun,
  selectRunning,
  toReportedRuns,
} from './tool-runs';

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
  private reported: readonly ReportedRun[] = [];

  constructor(
    private readonly ids: DialogueIds,
    private readonly processTurn: TurnProcessor,
  ) {}

  /**
   * Sends a message, then tool results: outcomes as long as the plan hints at a tool that ran in this turn, and reports of the runs that the
   * plan did not ask for.
   */
  async play(turn: TurnInputs): Promise<Exchange[]> {
    let last = await this.send(toMessageTurn(turn, this.view));
    const exchanges = [last];
    let runs: readonly ToolRun[] = turn.tool_outcomes;
    while (runs.length > 0) {
      const { outcomes, unplanned, remaining } = matchRuns(last.response, runs);
      const isLast = outcomes.length === 0;
      const patch = this.report(isLast ? remaining : unplanned);
      if (isLast && Object.keys(patch).length === 0) break;
      last = await this.send(toToolResultsTurn(outcomes, patch));
      exchanges.push(last);
      runs = isLast ? [] : remaining;
    }
    return exchanges;
  }

  private report(runs: readonly ToolRun[]): Turn['sessionVariables'] {
    this.reported = [...this.reported, ...toReportedRuns(runs, this.view)];
    return createReportPatch(runs, this.view, this.sentCount);
  }

  async send(content: TurnContent): Promise<Exchange> {
    this.sentCount += 1;
    const request = Turn.fromPartial({
      ...this.ids,
      ...content,
      sessionVariables: { ...createEndedPatch(this.reported, this.view), ...content.sessionVariables },
      turnId: toTurnId(this.ids.sessionId, this.sentCount),
      occurredAt: new Date(dialogueStart + this.sentCount * turnIntervalMs),
    });
    this.reported = selectRunning(this.reported, this.view);
    const response = await this.processTurn(ProcessTurnRequest.fromPartial({ turn: request }));
    this.view = updateView(this.view, response);
    return { request, response };
  }
}
