import { chooseText } from '../../../src/core/fields/field-texts';
import type { AskContribution } from '../../../src/core/model/contribution';
import { Conversation, type PlayedTurn, type ScenarioDraft, type TurnDraft } from '../../support/conversation';
import { aText, type FieldDraft } from '../../support/field-definitions';
import { asking, end } from '../../support/sample-scenarios';

const age: FieldDraft = {
  name: 'age',
  type: 'INTEGER',
  valid: 'value >= 18.0',
  reason: aText('Adults only.', { de: 'Nur Erwachsene.' }),
  description: aText('Age in years.', { de: 'Alter in Jahren.' }),
  prompt: aText('How old are you?', { de: 'Wie alt sind Sie?', 'de-CH': 'Wie alt bist du?' }),
  examples: [aText('20'), aText('thirty', { de: 'dreißig' })],
};

function start(scenarios: readonly ScenarioDraft[] = [asking('s', ['age', 'name'])], settings = {}): Conversation {
  const conversation = new Conversation(scenarios, { fields: [age], settings });
  conversation.turn({ candidates: Object.fromEntries(scenarios.map(({ scenarioId }) => [scenarioId, 0.9])) });
  return conversation;
}

function getAsk(played: PlayedTurn, scenarioId = 's'): AskContribution {
  const contribution = played.contribution(scenarioId);
  if (contribution.type !== 'ASK') throw new Error(`expected an ASK: ${contribution.type}`);
  return contribution;
}

describe('10: the ASK for a field whose value was rejected', () => {
  test('10: has the rejected value, is a reprompt and counts an attempt', () => {
    const conversation = start();
    const ask = getAsk(conversation.turn({ variables: { age: 7 } }));
    expect(ask).toMatchObject({ fieldsToAsk: ['age'], isReprompt: true });
    expect(ask.rejectedValues).toEqual([
      { fieldName: 'age', reason: 'RULE', source: 'CUSTOMER', text: 'Adults only.', value: 7 },
    ]);
    expect(conversation.instance('s').attempts).toBe(1);
  });

  test('10: is no reprompt without a rejected value when it is put for the first time', () => {
    const conversation = new Conversation([asking('s', ['age', 'name'])], { fields: [age] });
    expect(getAsk(conversation.turn({ candidates: { s: 0.9 } })).isReprompt).toBe(false);
  });

  test('10: is a reprompt even if the message that starts the scenario has the rejected value', () => {
    const conversation = new Conversation([asking('s', ['age', 'name'])], { fields: [age] });
    const ask = getAsk(conversation.turn({ candidates: { s: 0.9 }, variables: { age: 7 } }));
    expect([ask.isReprompt, ask.rejectedValues.length]).toEqual([true, 1]);
    expect(conversation.instance('s').attempts).toBe(0);
  });

  test('10: has the rejected value of a field without a definition, which only a tool may set', () => {
    const form: ScenarioDraft = {
      scenarioId: 'form',
      steps: [{ stepId: 'score', to: [{ to: 'end', condition: 'data.score > 1.0' }] }, end],
      requires: { score: 'SOFT' },
    };
    const lookUp: ScenarioDraft = {
      scenarioId: 'look_up',
      steps: [
        {
          stepId: 'find',
          toolBindings: [{ toolId: 'bureau', timing: 'DURING_STEP', variableNames: ['score'], dependsOn: [] }],
          to: ['end'],
        },
        end,
      ],
    };
    const conversation = new Conversation([form, lookUp]);
    expect(getAsk(conversation.turn({ candidates: { form: 0.9 } }), 'form')).toMatchObject({
      isReprompt: false,
      rejectedValues: [],
    });
    expect(getAsk(conversation.turn({ variables: { score: 7 } }), 'form')).toMatchObject({
      fieldsToAsk: ['score'],
      isReprompt: true,
      rejectedValues: [{ fieldName: 'score', reason: 'SOURCE', value: 7 }],
    });
  });

  test('10: does not have the rejected value on the next turn', () => {
    const conversation = start();
    conversation.turn({ variables: { age: 7 } });
    expect(getAsk(conversation.turn()).rejectedValues).toEqual([]);
  });

  test('10: counts an attempt even if the customer provides another of its fields', () => {
    const steps = [{ stepId: 'ask', collectsProfileFields: ['age', 'name'], to: ['end'] }, end];
    const conversation = start([{ scenarioId: 's', steps }]);
    const ask = getAsk(conversation.turn({ variables: { age: 7, name: 'Ada' } }));
    expect([ask.fieldsToAsk, ask.rejectedValues.map(({ fieldName }) => fieldName)]).toEqual([['age'], ['age']]);
    expect(conversation.instance('s').attempts).toBe(1);
  });

  test('10: counts an attempt even if the turn starts another scenario', () => {
    const conversation = new Conversation([asking('s', ['age']), asking('t', ['x'])], { fields: [age] });
    conversation.turn({ candidates: { s: 0.9 } });
    const played = conversation.turn({ candidates: { t: 0.9 }, variables: { age: 7 } });
    expect(played.actions).toEqual(['s CONTINUE GOES_ON', 't START CANDIDATE']);
    expect(conversation.instance('s').attempts).toBe(1);
  });

  test('10: pauses the instance after max_attempts rejected values', () => {
    const conversation = start(undefined, { maxAttempts: 2 });
    const reject: TurnDraft = { variables: { age: 7 } };
    expect([reject, reject, reject].map((turn) => conversation.turn(turn).lifecycle('s').reason)).toEqual([
      'GOES_ON',
      'GOES_ON',
      'LOOP',
    ]);
  });

  test('10: asks again for a field with a known value if the open ASK lists the field', () => {
    const steps = [{ stepId: 'ask', collectsProfileFields: ['age'], canSkip: false, to: ['end'] }, end];
    const conversation = new Conversation([{ scenarioId: 's', steps }], { fields: [age] });
    conversation.turn({ candidates: { s: 0.9 }, variables: { age: 20 } });
    const ask = getAsk(conversation.turn({ variables: { age: 7 } }));
    expect([ask.fieldsToAsk, ask.isReprompt, ask.knownValues]).toEqual([['age'], true, new Map([['age', 20]])]);
    expect(conversation.turn({ variables: { age: 20 } }).plan).toEqual(['s INFORM bye']);
  });

  test('10: is omitted if no open ASK lists the field; only the plan has the rejected value', () => {
    const conversation = start();
    conversation.turn({ variables: { age: 20 } });
    const played = conversation.turn({ variables: { age: 7 } });
    expect([getAsk(played).fieldsToAsk, getAsk(played).rejectedValues]).toEqual([['name'], []]);
    expect(played.result.plan.rejectedValues).toHaveLength(1);
  });

  test('10: counts no attempt for a profile value, which is sent on every turn', () => {
    const conversation = start([asking('s', ['age']), asking('t', ['name'])]);
    const played = conversation.turn({ customer: { age: 7 }, variables: { name: 'Ada' } });
    expect(played.plan).toEqual(['t INFORM bye', 's NONE']);
    expect(conversation.instance('s').attempts).toBe(0);
  });

  test('10: counts no attempt on a TOOL_RESULTS turn', () => {
    const conversation = start();
    const played = conversation.turn({ trigger: 'TOOL_RESULTS', patch: { age: 7 } });
    expect([played.plan, played.result.plan.rejectedValues.length]).toEqual([['s NONE'], 1]);
    expect(conversation.instance('s').attempts).toBe(0);
  });
});

describe('10: addressed instances', () => {
  const both = [asking('s', ['age']), asking('t', ['name'])];

  test('0.5, 10: a rejected value addresses the instance whose open ASK lists the field', () => {
    const played = start(both).turn({ variables: { age: 7 } });
    expect(played.result.context.addressedInstanceIds).toEqual(['s#1']);
    expect(played.plan).toEqual(['s ASK age', 't NONE']);
  });

  test('10: a rejected value for a field that no open ASK lists addresses no instance', () => {
    const conversation = start(both);
    conversation.turn({ variables: { age: 20 } });
    expect(conversation.turn({ variables: { age: 7 } }).result.context.addressedInstanceIds).toEqual([]);
  });

  test('10: a paused instance is not addressed by a rejected value', () => {
    const conversation = start(both);
    conversation.turn({ signals: [['PAUSE', 's']] });
    const played = conversation.turn({ variables: { age: 7, name: 'Ada' } });
    expect(played.result.context.addressedInstanceIds).toEqual(['t#1']);
  });
});

describe('10: the texts of the fields to ask', () => {
  const texts = (language: string) => getAsk(start().turn({ situation: { language } })).fieldTexts;

  test('10: an ASK has the description, prompt and examples of each defined field', () => {
    const steps = [{ stepId: 'ask', collectsProfileFields: ['name', 'age'], to: ['end'] }, end];
    expect(getAsk(start([{ scenarioId: 's', steps }]).turn()).fieldTexts).toEqual([
      { fieldName: 'age', description: 'Age in years.', prompt: 'How old are you?', examples: ['20', 'thirty'] },
    ]);
  });

  test.each([
    ['', 'How old are you?'],
    ['en-GB', 'How old are you?'],
    ['de', 'Wie alt sind Sie?'],
    ['DE-at', 'Wie alt sind Sie?'],
    ['de-CH', 'Wie alt bist du?'],
    ['de-ch-1996', 'Wie alt bist du?'],
    ['de_CH', 'Wie alt bist du?'],
    ['de-AT-x-private', 'Wie alt sind Sie?'],
    ['d', 'How old are you?'],
    ['deu', 'How old are you?'],
  ])('10: language "%s" has the prompt "%s"', (language, prompt) => {
    expect(texts(language)).toMatchObject([{ prompt }]);
  });

  test.each([
    ['de-x-private', 'gut'],
    ['x-private', 'good'],
  ])('10: a single letter that introduces a private subtag is no language: "%s"', (language, text) => {
    expect(chooseText(aText('good', { de: 'gut', 'de-x': 'wrong', x: 'wrong' }), language)).toBe(text);
  });

  test('10: each text falls back to another language independently', () => {
    expect(texts('de-CH')).toMatchObject([{ description: 'Alter in Jahren.', examples: ['20', 'dreißig'] }]);
  });

  test('10: the reason of a rejected value is in the language of the turn', () => {
    const ask = getAsk(start().turn({ variables: { age: 7 }, situation: { language: 'de-DE' } }));
    expect(ask.rejectedValues).toMatchObject([{ text: 'Nur Erwachsene.' }]);
  });

  test('10: texts that are not defined are empty', () => {
    const conversation = new Conversation([asking('s', ['x'])], { fields: [{ name: 'x', type: 'TEXT' }] });
    expect(getAsk(conversation.turn({ candidates: { s: 0.9 } })).fieldTexts).toEqual([
      { fieldName: 'x', description: '', prompt: '', examples: [] },
    ]);
    const played = conversation.turn({ variables: { x: true } });
    expect(played.result.plan.rejectedValues).toMatchObject([{ text: '' }]);
  });

  test('10: a deferred ASK has neither texts nor rejected values', () => {
    const conversation = new Conversation([asking('s', ['age']), asking('t', ['name'], { priority: 2 })], {
      fields: [age],
      settings: { maxFieldsToAskPerTurn: 1 },
    });
    conversation.turn({ candidates: { s: 0.9 } });
    const ask = getAsk(conversation.turn({ variables: { age: 7 }, candidates: { t: 0.9 } }));
    expect([ask.deferred, ask.fieldTexts, ask.rejectedValues]).toEqual([true, [], []]);
  });
});
