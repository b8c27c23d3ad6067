import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { Call } from '../ports/call';
import type { TurnRecord } from '../ports/session-store';
import type { ResponseView } from '../ports/turn-codec';
import { createDefinitionsChangedError, type DecideAgainDependencies, decideAgain } from './decide-again';
import type { ProcessedTurn, TurnCommand } from './turn-command';
import { checkExplanationSize, type TurnSizeDependencies } from './turn-size';

export interface ReplayDependencies extends DecideAgainDependencies, Pick<TurnSizeDependencies, 'maxResponseBytes'> {}

/**
 * Answers a turn that was applied before, if the request is the recorded one (5.1, 5.2), and links to the span in which the turn was
 * decided. The same view has the same bytes as before: BASIC is recorded, PLAN is a part of it, and FULL is decided again.
 *
 * @throws OrchestratorError TURN_ID_REUSED, and for the view FULL the errors of `decideAgain`.
 */
export async function replayTurn(
  deps: ReplayDependencies,
  command: TurnCommand,
  record: TurnRecord,
  call: Call,
): Promise<ProcessedTurn> {
  const { codec } = deps;
  const { turn, requestBytes } = command;
  if (!codec.isSameTurn(record.request, requestBytes)) {
    throw new OrchestratorError(
      'TURN_ID_REUSED',
      `Turn ${turn.turnId} was already applied with a different request. Use a new turn_id for every turn.`,
      { metadata: { turn_id: turn.turnId, revision: String(record.revision) } },
    );
  }
  if (record.traceContext !== undefined) call.span.addLink(record.traceContext);
  const responseBytes = await responders[command.responseView](deps, command, record, call);
  return { responseBytes, replayed: true, result: codec.decodeResult(record.response) };
}

type Responder = (
  deps: ReplayDependencies,
  command: TurnCommand,
  record: TurnRecord,
  call: Call,
) => Uint8Array | Promise<Uint8Array>;

const responders: Readonly<Record<ResponseView, Responder>> = {
  BASIC: (_deps, _command, { response }) => response,
  FULL: explain,
  PLAN: ({ codec }, _command, { response }) => codec.selectPlan(response),
};

async function explain(
  deps: ReplayDependencies,
  { turn }: TurnCommand,
  record: TurnRecord,
  call: Call,
): Promise<Uint8Array> {
  const { codec, store } = deps;
  if (codec.isFull(record.response)) return record.response;
  const history = await store.readTurnHistory(turn, { revision: record.revision }, call);
  const decided = await decideAgain(deps, turn, history ?? { start: undefined, turns: [record] }, call);
  if (decided.definitionsChanged) throw createDefinitionsChangedError(turn, record);
  const responseBytes = codec.encodeExplanation(decided.explain());
  checkExplanationSize(deps, responseBytes);
  return responseBytes;
}
