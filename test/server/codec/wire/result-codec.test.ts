import fc from 'fast-check';
import { ScenarioContribution as ContributionMessage } from '../../../../gen/focal/orchestration/v1/contribution';
import { ProcessTurnResponse } from '../../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Contribution } from '../../../../src/core/model/contribution';
import { contributionToProto } from '../../../../src/server/codec/wire/contribution-codec';
import { turnResultFromProto, turnResultToProto } from '../../../../src/server/codec/wire/result-codec';
import { contribution, turnResult } from '../result-arbitrary';

describe('turn results', () => {
  it('are equal after conversion in both directions', () => {
    fc.assert(fc.property(turnResult, (value) => expect(turnResultFromProto(turnResultToProto(value))).toEqual(value)));
  });

  it('need a context and a plan', () => {
    expect(() => turnResultFromProto(ProcessTurnResponse.create())).toThrow('context is required.');
    expect(() => turnResultFromProto(ProcessTurnResponse.create({ context: {} }))).toThrow('plan is required.');
  });
});

const common = ['scenarioId', 'scenarioName', 'instanceId', 'stepId', 'stepName', 'type', 'priority', 'isReprompt'];
const placement = ['deferred', 'deferredBehindScenarioId', 'sharedFields'];

/** The fields of each type in addition to the common fields. */
const ownFields: Record<Contribution['type'], readonly string[]> = {
  NONE: [],
  ASK: ['fieldsToAsk', 'knownValues', 'deferredFields', 'fieldTexts', 'rejectedValues'],
  CONFIRM: ['actionToConfirm', 'valuesToConfirm', 'confirmKind', 'choices', 'actionKey'],
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
