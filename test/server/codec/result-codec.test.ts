import fc from 'fast-check';
import { ScenarioContribution as ContributionMessage } from '../../../gen/focal/orchestration/v1/contribution';
import { ProcessTurnResponse } from '../../../gen/focal/orchestration/v1/orchestrator_service';
import type { Contribution } from '../../../src/core/model/contribution';
import { contributionToProto } from '../../../src/server/codec/wire/contribution-codec';
import { turnResultFromProto, turnResultToProto } from '../../../src/server/codec/wire/result-codec';
import { contribution, turnResult } from './result-arbitrary';

describe('the result of a turn', () => {
  it('comes back as it was', () => {
    fc.assert(fc.property(turnResult, (value) => expect(turnResultFromProto(turnResultToProto(value))).toEqual(value)));
  });

  it('must have a context and a plan', () => {
    expect(() => turnResultFromProto(ProcessTurnResponse.create())).toThrow('context must be given.');
    expect(() => turnResultFromProto(ProcessTurnResponse.create({ context: {} }))).toThrow('plan must be given.');
  });
});

const common = ['scenarioId', 'scenarioName', 'instanceId', 'stepId', 'stepName', 'type', 'priority', 'isReprompt'];
const placement = ['deferred', 'deferredBehindScenarioId', 'sharedFields'];

/** The fields of the contract that a type may fill beside the common ones. */
const ownFields: Record<Contribution['type'], readonly string[]> = {
  NONE: [],
  ASK: ['fieldsToAsk', 'knownValues', 'deferredFields'],
  CONFIRM: ['actionToConfirm', 'valuesToConfirm', 'confirmKind', 'choices', 'actionKey'],
  ACTION_HINT: ['actionKey', 'tools'],
  INFORM: ['templateIds', 'informTemplateId'],
};

it('a contribution carries the fields of its own type only (section 4)', () => {
  const empty = Object.entries(ContributionMessage.create());
  fc.assert(
    fc.property(contribution, (value) => {
      const may = new Set([...common, ...placement, ...ownFields[value.type]]);
      const message = new Map(Object.entries(contributionToProto(value)));
      for (const [field, nothing] of empty) {
        if (!may.has(field)) expect([field, message.get(field)]).toEqual([field, nothing]);
      }
    }),
  );
});

it('an INFORM names its first template apart (section 4)', () => {
  fc.assert(
    fc.property(contribution, (value) => {
      const first = value.type === 'INFORM' ? value.templateIds[0] : undefined;
      expect(contributionToProto(value).informTemplateId).toBe(first ?? '');
    }),
  );
});
