import { ProcessTurnResponse, StreamTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { TurnDecision } from '../../../core/decide-turn';
import type { TurnResult } from '../../../core/model/turn-result';
import type { ProcessedTurn } from '../../application/turn-command';
import { decisionToProto } from '../../codec/wire/response-view';
import type { ResponseView } from '../../ports/turn-codec';

type Event = NonNullable<StreamTurnResponse['event']>;

/**
 * The events of one turn in the order of the contract: context, lifecycle decisions, transition decisions, contributions, and at
 * the end the response. A part that is not in the requested view has no event. Sequence numbers are consecutive.
 */
export class TurnEvents {
  private sequence = 0;

  constructor(
    private readonly view: ResponseView,
    private readonly maxResponseBytes: number,
  ) {}

  /**
   * Creates the events of the decision without the model. They are sent before the commit. Ends before an event that the client could not
   * receive, because the size of a turn is checked only before the commit.
   */
  *createProvisionalEvents(decision: Pick<TurnDecision, 'result' | 'explain'>): Generator<StreamTurnResponse> {
    for (const event of createEvents(decisionToProto[this.view](decision))) {
      const response = this.createResponse(decision.result, { provisional: true, replayed: false, event });
      if (StreamTurnResponse.encode(response).finish().length > this.maxResponseBytes) return;
      yield this.count(response);
    }
  }

  /** Creates the events of the committed turn. */
  *createFinalEvents({ result, responseBytes, replayed }: ProcessedTurn): Generator<StreamTurnResponse> {
    const response = ProcessTurnResponse.decode(responseBytes);
    for (const event of createEvents(response))
      yield this.count(this.createResponse(result, { provisional: false, replayed, event }));
    const event: Event = { $case: 'committed', value: response };
    yield this.count(this.createResponse(result, { provisional: false, replayed, event }));
  }

  private createResponse(
    { turnId }: Pick<TurnResult, 'turnId'>,
    fields: Pick<StreamTurnResponse, 'provisional' | 'replayed' | 'event'>,
  ): StreamTurnResponse {
    return { turnId, sequence: this.sequence + 1, ...fields };
  }

  private count(response: StreamTurnResponse): StreamTurnResponse {
    this.sequence = response.sequence;
    return response;
  }
}

function* createEvents(response: ProcessTurnResponse): Generator<Event> {
  if (response.context !== undefined) yield { $case: 'context', value: response.context };
  for (const value of response.lifecycleDecisions) yield { $case: 'lifecycle', value };
  for (const value of response.transitionDecisions) yield { $case: 'transition', value };
  for (const value of response.plan?.contributions ?? []) yield { $case: 'contribution', value };
}
