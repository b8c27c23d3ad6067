import type { JsonValue } from '../../../src/core/model/json';
import type { CandidateVariable } from '../../../src/core/model/turn';
import { Conversation, type TurnDraft } from '../../support/conversation';
import { startConversation } from '../../support/running';
import { asking, end } from '../../support/sample-scenarios';

type Operation = CandidateVariable['operation'];
const change = (operation: Operation, ...values: readonly JsonValue[]): TurnDraft => ({
  given: values.map((value) => ({ name: 'items', value, operation })),
});

describe('0.4: APPEND and REMOVE', () => {
  test.each<[string, JsonValue | undefined, TurnDraft, JsonValue]>([
    ['APPEND to an unknown field makes a list', undefined, change('APPEND', 'tea'), ['tea']],
    ['APPEND makes a list of a single value first', 'tea', change('APPEND', 'milk'), ['tea', 'milk']],
    ['APPEND adds to a list', ['tea'], change('APPEND', 'milk'), ['tea', 'milk']],
    ['APPEND adds no duplicate', ['tea', 'milk'], change('APPEND', 'tea'), ['tea', 'milk']],
    [
      'APPEND of a list appends its elements',
      ['tea'],
      change('APPEND', ['milk', 'tea', 'ham']),
      ['tea', 'milk', 'ham'],
    ],
    [
      'two of one turn are applied one after the other',
      ['tea'],
      change('APPEND', 'milk', 'ham'),
      ['tea', 'milk', 'ham'],
    ],
    ['REMOVE takes an element away', ['tea', 'milk'], change('REMOVE', 'tea'), ['milk']],
    ['REMOVE of a list takes its elements away', ['tea', 'milk', 'ham'], change('REMOVE', ['tea', 'ham']), ['milk']],
    ['REMOVE leaves a list without an unknown element', ['tea'], change('REMOVE', 'ham'), ['tea']],
    ['REMOVE of the last element leaves an empty list', ['tea'], change('REMOVE', 'tea'), []],
    ['REMOVE makes a list of a single value first', 'tea', change('REMOVE', 'tea'), []],
    ['elements are compared by their value', [{ id: 1 }, { id: 2 }], change('REMOVE', { id: 1 }), [{ id: 2 }]],
  ])('0.4: %s', (_rule, before, draft, after) => {
    const conversation = new Conversation([]);
    conversation.turn(before === undefined ? {} : { variables: { items: before } });
    conversation.turn(draft);
    expect(conversation.session.variables.get('items')?.value).toEqual(after);
  });

  test('0.4: the lists of two fields of one turn are independent', () => {
    const conversation = new Conversation([]);
    conversation.turn({
      given: [
        { name: 'items', value: 'tea', operation: 'APPEND' },
        { name: 'sizes', value: 'L', operation: 'APPEND' },
        { name: 'note', value: 'x' },
      ],
    });
    const getValue = (name: string): unknown => conversation.session.variables.get(name)?.value;
    expect(['items', 'sizes', 'note'].map(getValue)).toEqual([['tea'], ['L'], 'x']);
  });

  test('0.4: a declined field is not known, whatever operation it has', () => {
    const conversation = new Conversation([]);
    conversation.turn({ given: [{ name: 'items', value: 'tea', operation: 'APPEND', declined: true }] });
    expect(conversation.session.variables.get('items')?.value).toBeNull();
    expect(conversation.session.declinedFields).toEqual(['items']);
  });

  test('0.4: APPEND to a local field adds to the list of the instance that takes it', () => {
    const shop = (scenarioId: string) => asking(scenarioId, ['items', 'name'], { localFields: ['items'] });
    const conversation = new Conversation([shop('lunch'), shop('dinner')]);
    for (const scenarioId of ['lunch', 'dinner']) conversation.turn({ candidates: { [scenarioId]: 0.9 } });
    const append = (scenarioId: string, value: string) => ({
      name: 'items',
      value,
      operation: 'APPEND' as const,
      scenarioId,
    });
    conversation.turn({ given: [append('lunch', 'tea'), append('dinner', 'wine'), append('lunch', 'milk')] });
    conversation.turn({ given: [append('lunch', 'ham')] });
    const getItems = (scenarioId: string): unknown => conversation.instance(scenarioId).variables.get('items');
    expect(['lunch', 'dinner'].map(getItems)).toEqual([['tea', 'milk', 'ham'], ['wine']]);
  });

  test('0.4: the known list can come from customer_data', () => {
    const conversation = new Conversation([]);
    conversation.turn({ customer: { items: ['tea'] }, ...change('APPEND', 'milk') });
    expect(conversation.session.variables.get('items')?.value).toEqual(['tea', 'milk']);
  });

  test('0.4: an empty list is known', () => {
    const conversation = startConversation([asking('shop', ['items', 'name'])], { variables: { items: ['tea'] } });
    expect(conversation.turn(change('REMOVE', 'tea')).plan).toEqual(['shop ASK name']);
  });

  test.each<[Operation, JsonValue]>([
    ['APPEND', 'milk'],
    ['REMOVE', 'tea'],
  ])('0.4: %s counts as a change, so that it corrects', (operation, value) => {
    const conversation = startConversation([asking('shop', ['items', 'name'])], { variables: { items: ['tea'] } });
    const played = conversation.turn(change(operation, value));
    expect(played.result.context.changedFields).toEqual(['items']);
    expect(played.transition('shop')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['items'] });
  });

  test('0.4: APPEND extends the list of the instance that receives the local field', () => {
    const conversation = startConversation([asking('shop', ['items', 'name'], { localFields: ['items'] })]);
    conversation.turn({ patch: { items: ['ham'] }, ...change('APPEND', 'tea') });
    conversation.turn(change('APPEND', 'milk'));
    expect(conversation.instance('shop').variables.get('items')).toEqual(['tea', 'milk']);
    expect(conversation.session.variables.get('items')?.value).toEqual(['ham']);
  });
});

describe('0.4: a field marked as declined', () => {
  const shop = (optionalFields: readonly string[]) => ({
    scenarioId: 'shop',
    steps: [
      { stepId: 'name', collectsProfileFields: ['name'], to: ['voucher'] },
      { stepId: 'voucher', collectsProfileFields: ['voucher'], optionalFields, to: ['city'] },
      { stepId: 'city', collectsProfileFields: ['city'], to: ['end'] },
      end,
    ],
  });
  const declined: TurnDraft = { given: [{ name: 'voucher', declined: true }] };

  test('0.4: is settled if it is optional, even before it is asked for', () => {
    const conversation = startConversation([shop(['voucher'])]);
    conversation.turn(declined);
    expect(conversation.session.declinedFields).toEqual(['voucher']);
    expect(conversation.turn({ variables: { name: 'Ada' } }).plan).toEqual(['shop ASK city']);
  });

  test('0.4: is asked for if it is not optional', () => {
    const conversation = startConversation([shop([])]);
    conversation.turn(declined);
    expect(conversation.turn({ variables: { name: 'Ada' } }).plan).toEqual(['shop ASK voucher']);
  });

  test('0.4: is no longer known', () => {
    const conversation = startConversation([shop([])], { variables: { voucher: 'X7' } });
    conversation.turn(declined);
    expect(conversation.turn({ variables: { name: 'Ada' } }).plan).toEqual(['shop ASK voucher']);
  });

  test.each<[string, TurnDraft]>([
    ['a candidate variable', { variables: { voucher: 'X7' } }],
    ['the patch', { patch: { voucher: 'X7' } }],
  ])('0.4: is settled until a value comes by %s', (_source, draft) => {
    const conversation = startConversation([shop(['voucher'])]);
    conversation.turn(declined);
    conversation.turn(draft);
    expect(conversation.session.declinedFields).toEqual([]);
    conversation.turn({ variables: { voucher: null } });
    expect(conversation.turn({ variables: { name: 'Ada' } }).plan).toEqual(['shop ASK voucher']);
  });

  test('0.4: applies to every scenario of the session', () => {
    const other = { ...shop(['voucher']), scenarioId: 'other' };
    const conversation = startConversation([shop(['voucher'])]);
    conversation.store(other);
    conversation.turn({ ...declined, variables: { name: 'Ada' } });
    conversation.turn({ signals: [['PAUSE', 'shop']] });
    expect(conversation.turn({ candidates: { other: 0.9 } }).plan).toEqual(['other ASK city']);
  });
});
