import {
  ProcessTurnResponse,
  type StreamTurnResponse,
} from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import { contextToProto } from '../../../codec/context-codec';
import { contributionToProto } from '../../../codec/contribution-codec';
import { lifecycleDecisionToProto } from '../../../codec/lifecycle-codec';
import { transitionDecisionToProto } from '../../../codec/transition-codec';
import type { ProcessedTurn } from '../../../pipeline/commands';

type Event = NonNullable<StreamTurnResponse['event']>;

/**
 * The events of a turn in the order of the contract: context, lifecycle decisions, transition decisions, contributions, and the
 * whole response as it is stored. They are made one by one, as they are sent. None is provisional: all of this is committed.
 */
export function* turnEvents({ result, responseBytes, replayed }: ProcessedTurn): Generator<StreamTurnResponse> {
  let sequence = 0;
  for (const event of events()) {
    sequence += 1;
    yield { turnId: result.turnId, sequence, provisional: false, replayed, event };
  }

  function* events(): Generator<Event> {
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
    yield { $case: 'committed', value: ProcessTurnResponse.decode(responseBytes) };
  }
}
