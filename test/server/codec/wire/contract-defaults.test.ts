import { ScenarioContribution } from '../../../../gen/focal/orchestration/v1/contribution';
import {
  ScenarioSignal,
  Turn as TurnMessage,
  TurnTrigger,
  VariableOperation,
  VariableScope,
} from '../../../../gen/focal/orchestration/v1/turn';
import type { Contribution } from '../../../../src/core/model/contribution';
import type { Turn } from '../../../../src/core/model/turn';
import { writeContribution } from '../../../../src/server/codec/wire/contribution-codec';
import { encodeWith } from '../../../../src/server/codec/wire/encode-message';
import { turnFromProto } from '../../../../src/server/codec/wire/turn-message-codec';
import { type DeepPartial, encodeAndDecode } from '../partial-message';

const receivedAt = 1_795_000_000_123;

function receive(fields: DeepPartial<TurnMessage>): Turn {
  return turnFromProto(encodeAndDecode(TurnMessage, fields), receivedAt);
}

test('0.1: occurred_at defaults to the time of receipt', () => {
  expect(receive({}).occurredAt).toBe(receivedAt);
  expect(receive({ occurredAt: new Date(5) }).occurredAt).toBe(5);
});

test('0.1: the trigger defaults to MESSAGE', () => {
  expect(receive({}).trigger).toBe('MESSAGE');
  expect(receive({ trigger: TurnTrigger.TURN_TRIGGER_TIMER }).trigger).toBe('TIMER');
});

test('0.1: the scope of a candidate variable defaults to CASE', () => {
  const { situation } = receive({
    situation: {
      candidateVariables: [
        { name: 'order_id', value: '4711' },
        { name: 'email', value: 'a@example.org', scope: VariableScope.VARIABLE_SCOPE_IDENTITY },
      ],
    },
  });
  expect(situation.candidateVariables.map(({ name, scope }) => `${name} ${scope}`)).toEqual([
    'order_id CASE',
    'email IDENTITY',
  ]);
});

test('0.1: a candidate variable is set, by default for no scenario in particular', () => {
  const { situation } = receive({
    situation: {
      candidateVariables: [
        { name: 'seats', value: 2 },
        {
          name: 'extras',
          value: 'breakfast',
          scenarioId: 'booking',
          operation: VariableOperation.VARIABLE_OPERATION_APPEND,
        },
        { name: 'voucher', declined: true },
      ],
    },
  });
  expect(situation.candidateVariables).toMatchObject([
    { scenarioId: '', operation: 'SET', declined: false },
    { scenarioId: 'booking', operation: 'APPEND', declined: false },
    { value: null, operation: 'SET', declined: true },
  ]);
});

test('0.2: decodes EXIT as CANCEL', () => {
  const { situation } = receive({
    situation: {
      signals: [
        { signal: ScenarioSignal.SCENARIO_SIGNAL_EXIT, allInstances: true },
        { signal: ScenarioSignal.SCENARIO_SIGNAL_CANCEL },
      ],
    },
  });
  expect(situation.signals).toEqual([
    { signal: 'CANCEL', scenarioIds: [], allInstances: true },
    { signal: 'CANCEL', scenarioIds: [], allInstances: false },
  ]);
});

test('section 4: inform_template_id is the first of template_ids', () => {
  const inform: Contribution = {
    type: 'INFORM',
    templateIds: ['greeting', 'opening_hours'],
    scenarioId: 's',
    scenarioName: 's',
    instanceId: 's#1',
    stepId: 'inform',
    stepName: 'inform',
    priority: 20,
    isReprompt: false,
    isReminder: false,
    leadInTemplateIds: [],
    deferred: false,
    deferredBehindScenarioId: '',
    sharedFields: [],
  };
  const { templateIds, informTemplateId } = ScenarioContribution.decode(encodeWith(writeContribution, inform));
  expect([templateIds, informTemplateId]).toEqual([['greeting', 'opening_hours'], 'greeting']);
});
