import fc from 'fast-check';
import { FeedEvent as FeedEventMessage } from '../../../../gen/focal/orchestration/v1/feed';
import { decodeFeedEvent, encodeFeedEvent } from '../../../../src/server/codec/stored/feed-event';
import {
  lifecycleAction,
  lifecycleReason,
  rejectionReason,
  transitionReason,
} from '../../../../src/server/codec/wire/decision-enums';
import { turnTrigger } from '../../../../src/server/codec/wire/enums';
import { feedEventToProto } from '../../../../src/server/codec/wire/feed-codec';
import type { FeedEvent } from '../../../../src/server/ports/turn-feed';
import { anyName, optional, shortArray, text, time, uint32 } from '../arbitraries';
import { expectSameBytes } from '../bytes';

const feedEvent: fc.Arbitrary<FeedEvent> = fc.oneof(
  fc.record({ kind: fc.constantFrom('deleted', 'expired'), sessionId: text, committedAt: time }),
  fc.record({
    kind: fc.constant('turn'),
    agentId: text,
    sessionId: text,
    revision: uint32,
    turnId: text,
    committedAt: time,
    trigger: anyName(turnTrigger),
    supersedesTurnId: text,
    decisions: shortArray(
      fc.record({
        scenarioId: text,
        scenarioVersion: uint32,
        action: anyName(lifecycleAction),
        reason: anyName(lifecycleReason),
        sourceStepId: text,
        targetStepId: text,
        transitionReason: optional(anyName(transitionReason)),
      }),
    ),
    rejections: shortArray(fc.record({ scenarioId: text, reason: anyName(rejectionReason) })),
  }),
);

describe('events of the feed', () => {
  it('have the bytes of the generated encoder', () => {
    fc.assert(
      fc.property(feedEvent, (event) => {
        expectSameBytes(encodeFeedEvent(event), FeedEventMessage.encode(feedEventToProto('', event)).finish());
      }),
    );
  });

  it('are equal after they are stored and read', () => {
    fc.assert(fc.property(feedEvent, (event) => expect(decodeFeedEvent(encodeFeedEvent(event))).toEqual(event)));
  });
});
