import fc from 'fast-check';
import { ScenarioContribution as ContributionMessage } from '../../../../gen/focal/orchestration/v1/contribution';
import { ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Contribution } from '../../../../src/core/model/contribution';
import { contributionFromProto, writeContribution } from '../../../../src/server/codec/wire/contribution-codec';
import { encodeWith } from '../../../../src/server/codec/wire/encode-message';
import {
  explainedResultToProto,
  turnResultFromProto,
  turnResultToProto,
  writeExplainedResult,
  writeTurnResult,
} from '../../../../src/server/codec/wire/result-codec';
import { withoutExplanation } from '../../../support/without-explanation';
import { expectSameBytes } from '../bytes';
import { type DeepPartial, encodeAndDecode } from '../partial-message';
import { contribution, turnResult } from '../result-arbitrary';

const contributionToProto = (value: Contribution): ContributionMessage =>
  ContributionMessage.decode(encodeWith(writeContribution, value));

describe('turn results', () => {
  it('have the bytes of the generated encoder', () => {
    fc.assert(
      fc.property(turnResult, (value) => {
        for (const write of [writeTurnResult, writeExplainedResult]) {
          const bytes = encodeWith(write, value);
          expectSameBytes(ProcessTurnResponse.encode(ProcessTurnResponse.decode(bytes)).finish(), bytes);
        }
      }),
    );
  });

  it('are equal after conversion in both directions, except for what explains them', () => {
    fc.assert(
      fc.property(turnResult, (value) => {
        const { ignoredOutcomes, ...rest } = withoutExplanation(value);
        const basic = { ...rest, ignoredOutcomes: ignoredOutcomes.map((each) => ({ ...each, reasoning: '' })) };
        expect(turnResultFromProto(turnResultToProto(value))).toEqual(basic);
        expect(turnResultFromProto(explainedResultToProto(value))).toEqual(withoutExplanation(value));
      }),
    );
  });
});

const common = [
  'scenarioId',
  'scenarioName',
  'instanceId',
  'stepId',
  'stepName',
  'type',
  'priority',
  'isReprompt',
  'isReminder',
];
const placement = ['deferred', 'deferredBehindScenarioId', 'sharedFields', 'leadInTemplateIds'];

/** The fields of each type in addition to the common fields. */
const ownFields: Record<Contribution['type'], readonly string[]> = {
  NONE: ['waitsFor'],
  ASK: ['fieldsToAsk', 'knownValues', 'deferredFields', 'fieldTexts', 'rejectedValues'],
  CONFIRM: ['actionToConfirm', 'valuesToConfirm', 'confirmKind', 'choices', 'choiceReason', 'actionKey'],
  ACTION_HINT: ['actionKey', 'tools'],
  INFORM: ['templateIds', 'informTemplateId'],
};

it('section 4: a contribution sets only the fields of its own type', () => {
  const empty = Object.entries(ContributionMessage.create());
  fc.assert(
    fc.property(contribution, (value) => {
      const allowed = new Set([...common, ...placement, ...ownFields[value.type]]);
      const message = new Map(Object.entries(contributionToProto(value)));
      for (const [field, emptyValue] of empty) {
        if (!allowed.has(field)) expect([field, message.get(field)]).toEqual([field, emptyValue]);
      }
    }),
  );
});

it('section 4: inform_template_id is the first template of an INFORM', () => {
  fc.assert(
    fc.property(contribution, (value) => {
      const first = value.type === 'INFORM' ? value.templateIds[0] : undefined;
      expect(contributionToProto(value).informTemplateId).toBe(first ?? '');
    }),
  );
});

describe('the responses of releases up to 0.2', () => {
  it('3.1: hint tools without an effect, which are read as WRITE', () => {
    const message = contributionToProto(aHint);
    const [tool] = message.tools;
    const earlier = { ...message, tools: tool ? [{ ...tool, effect: 0 }] : [] };
    expect(contributionFromProto(earlier)).toEqual(aHint);
  });

  it('0.6: ignore outcomes without a reason code', () => {
    const message = ProcessTurnResponse.create({
      context: {},
      plan: {},
      ignoredOutcomes: [{ outcome: { kind: 1 }, reasoning: 'The step was left.' }],
    });
    expect(turnResultFromProto(message).ignoredOutcomes).toMatchObject([
      { reason: 'NO_OPEN_REQUEST', reasoning: 'The step was left.' },
    ]);
  });
});

const aHint: Contribution = {
  type: 'ACTION_HINT',
  scenarioId: 's',
  scenarioName: 'S',
  instanceId: 'i',
  stepId: 'pay',
  stepName: 'Pay',
  priority: 30,
  isReprompt: false,
  isReminder: false,
  leadInTemplateIds: [],
  deferred: false,
  deferredBehindScenarioId: '',
  sharedFields: [],
  tools: [{ toolId: 'pay', timing: 'DURING_STEP', variableNames: [], dependsOn: [], effect: 'WRITE' }],
  actionKey: 'i/pay/1',
};

const put = { revision: 1, position: 0 };

it.each<[string, DeepPartial<ProcessTurnResponse>]>([
  ['plan', { context: {} }],
  ['ignored_outcomes.outcome', { context: {}, plan: {}, ignoredOutcomes: [{}] }],
  ['open_requests.request', { context: {}, plan: { openRequests: [{}] } }],
  ['request.first_put', { context: {}, plan: { openRequests: [{ request: { lastPut: put } }] } }],
  ['request.last_put', { context: {}, plan: { openRequests: [{ request: { firstPut: put } }] } }],
])('turn results need %s', (field, fields) => {
  expect(() => turnResultFromProto(encodeAndDecode(ProcessTurnResponse, fields))).toThrow(`${field} is required.`);
});
