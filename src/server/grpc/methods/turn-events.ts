import { ProcessTurnResponse, StreamTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { ExplainedTurnResult } from '../../../core/model/turn-result';
import type { ProcessedTurn } from '../../application/turn-command';
import { contributionToProto } from '../../codec/wire/contribution-codec';
import { lifecycleDecisionToProto, transitionDecisionToProto } from '../../codec/wire/decision-codec';
import { contextToProto } from '../../codec/wire/result-codec';

type Event = NonNullable<StreamTurnResponse['event']>;

/**
 * The events of one turn in the order of the contract: context, lifecycle decisions, transition decisions, contributions, and at
 * the end the stored response. The generators create each event when it is sent. Sequence numbers are consecutive.
 */
export class TurnEvents {
  private sequence = 0;

  constructor(private readonly maxResponseBytes: number) {}

  /**
   * Creates the events of the decision without the model. They are sent before the commit. Ends before an event that the client could not
   * receive, because the size of a turn is checked only before the commit.
   */
  *createProvisionalEvents(result: ExplainedTurnResult): Generator<StreamTurnResponse> {
    for (const event of createEvents(result)) {
      const response = this.createResponse(result, { provisional: true, replayed: false, event });
      if (StreamTurnResponse.encode(response).finish().length > this.maxResponseBytes) return;
      yield this.count(response);
    }
  }

  /** Creates the events of the committed turn. */
  *createFinalEvents({ result, responseBytes, replayed }: ProcessedTurn): Generator<StreamTurnResponse> {
    for (const event of createEvents(result))
      yield this.count(this.createResponse(result, { provisional: false, replayed, event }));
    const event: Event = { $case: 'committed', value: ProcessTurnResponse.decode(responseBytes) };
    yield this.count(this.createResponse(result, { provisional: false, replayed, event }));
  }

  private createResponse(
    { turnId }: ExplainedTurnResult,
    fields: Pick<StreamTurnResponse, 'provisional' | 'replayed' | 'event'>,
  ): StreamTurnResponse {
    return { turnId, sequence: this.sequence + 1, ...fields };
  }

  private count(response: StreamTurnResponse): StreamTurnResponse {
    this.sequence = response.sequence;
    return response;
  }
}

function* createEvents(result: ExplainedTurnResult): Generator<Event> {
  yield { $case: 'context', value: contextToProto(result.context) };
  for (const decision of result.lifecycleDecisions) {
    yield { $case: 'lifecycle', value: lifecycleDecisionToProto(decision) };
  }
  for (const decision of result.transitionDecisions) {
    yield { $case: 'transition', value: transitionDecisionToProto(decision) };
  }
  for (const contribution of result.plan.contributions) {
    yield { $case: 'contribution', value: contributionToProto(contribution) };
  }
}
