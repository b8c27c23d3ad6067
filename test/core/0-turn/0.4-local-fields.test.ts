import {
  aRelationship,
  Conversation,
  type PlayedTurn,
  type ScenarioDraft,
  type TurnDraft,
} from '../../support/conversation';
import { asking, end } from '../../support/sample-scenarios';

/** Both scenarios ask for their own street. */
const delivery = asking('delivery', ['street', 'floor'], { localFields: ['street'] });
const billing = asking('billing', ['street', 'iban'], { localFields: ['street'] });
const chat = asking('chat', ['topic', 'mood']);
const main: TurnDraft = { variables: { street: 'Main 1' } };
const getStreet = (conversation: Conversation, scenarioId: string): unknown =>
  conversation.instance(scenarioId).variables.get('street');

/** Who has the street: the ids of the instances, and "session". */
function listTakers({ session }: PlayedTurn): readonly string[] {
  const instances = session.instances.filter(({ variables }) => variables.has('street'));
  return [...instances.map(({ instanceId }) => instanceId), ...(session.variables.has('street') ? ['session'] : [])];
}

describe('0.4: a candidate variable for a local field is received by', () => {
  test('0.4: the instance of the scenario that it names (no. 1), even if another instance asks', () => {
    const conversation = new Conversation([delivery, billing]);
    conversation.turn({ candidates: { billing: 0.9 } });
    conversation.turn({ candidates: { delivery: 0.9 } });
    const played = conversation.turn({ given: [{ name: 'street', value: 'Main 1', scenarioId: 'billing' }] });
    expect(listTakers(played)).toEqual(['billing#1']);
  });

  test('0.4: the candidate of the scenario that it names (no. 1)', () => {
    const conversation = new Conversation([delivery, billing]);
    const played = conversation.turn({
      candidates: { delivery: 0.9, billing: 0.8 },
      given: [{ name: 'street', value: 'Main 1', scenarioId: 'billing' }],
    });
    expect(listTakers(played)).toEqual(['billing#1']);
    expect([...played.plan].sort()).toEqual(['billing ASK iban', 'delivery ASK street']);
  });

  test('0.4: the active instance that asked last (no. 2)', () => {
    const conversation = new Conversation([delivery, billing]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    conversation.turn({ candidates: { billing: 0.9 } });
    expect(listTakers(conversation.turn(main))).toEqual(['billing#2']);
    expect(listTakers(conversation.turn({ variables: { street: 'Side 2' } }))).toEqual(['delivery#1', 'billing#2']);
    expect([getStreet(conversation, 'delivery'), getStreet(conversation, 'billing')]).toEqual(['Side 2', 'Main 1']);
  });

  test('0.4: the active instance that asks (no. 2), not the candidate (no. 3)', () => {
    const conversation = new Conversation([delivery, billing]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    expect(listTakers(conversation.turn({ ...main, candidates: { billing: 0.9 } }))).toEqual(['delivery#1']);
  });

  test('0.4: the first candidate in start order (no. 3)', () => {
    const conversation = new Conversation([delivery, billing]);
    const played = conversation.turn({ ...main, candidates: { billing: 0.9, delivery: 0.8 } });
    expect(listTakers(played)).toEqual(['billing#1']);
  });

  test('0.4: no candidate whose score is below the threshold', () => {
    const played = new Conversation([delivery]).turn({ ...main, candidates: { delivery: 0.4 } });
    expect(listTakers(played)).toEqual(['session']);
  });

  test('0.4: the candidate (no. 3), not the focus (no. 4)', () => {
    const later = asking('later', ['name', 'street'], { localFields: ['street'] });
    const conversation = new Conversation([delivery, later]);
    conversation.turn({ candidates: { later: 0.9 } });
    expect(listTakers(conversation.turn({ ...main, candidates: { delivery: 0.9 } }))).toEqual(['delivery#2']);
  });

  test('0.4: the focus, if its scenario lists the field (no. 4)', () => {
    const later = asking('later', ['name', 'street'], { localFields: ['street'] });
    const conversation = new Conversation([later]);
    conversation.turn({ candidates: { later: 0.9 } });
    expect(listTakers(conversation.turn(main))).toEqual(['later#1']);
  });

  test('0.4: the paused instance that asks (no. 5)', () => {
    const conversation = new Conversation([delivery, chat]);
    conversation.turn({ candidates: { delivery: 0.9, chat: 0.8 } });
    conversation.turn({
      signals: [
        ['PAUSE', 'delivery'],
        ['CONTINUE', 'chat'],
      ],
    });
    expect(listTakers(conversation.turn(main))).toEqual(['delivery#1']);
  });

  test('0.4: the session, if no instance receives it', () => {
    const conversation = new Conversation([delivery, chat]);
    conversation.turn({ candidates: { chat: 0.9 } });
    expect(listTakers(conversation.turn(main))).toEqual(['session']);
  });
});

test('0.4: only the instance that received the value sees it', () => {
  const confirming = (scenarioId: string): ScenarioDraft => ({
    scenarioId,
    localFields: ['street'],
    whenNotAddressed: 'CONTRIBUTE',
    steps: [
      { stepId: 'ask', collectsProfileFields: ['street'], to: ['check'] },
      { stepId: 'check', isCheckpoint: true, confirmsFields: ['street'], to: ['end'] },
      end,
    ],
  });
  const conversation = new Conversation([confirming('a'), confirming('b')], { settings: { maxConfirmsPerTurn: 2 } });
  conversation.turn({ candidates: { a: 0.9 } });
  conversation.turn({ variables: { street: 'A' } });
  conversation.turn({ candidates: { b: 0.9 } });
  expect([...conversation.turn({ variables: { street: 'B' } }).plan].sort()).toEqual([
    'a CONFIRM street=A',
    'b CONFIRM street=B',
  ]);
});

test('0.4: instances never read a local field from the variables of the session', () => {
  const conversation = new Conversation([delivery]);
  expect(conversation.turn({ patch: { street: 'S' }, candidates: { delivery: 0.9 } }).plan).toEqual([
    'delivery ASK street',
  ]);
  conversation.turn(main);
  conversation.turn({ patch: { street: 'T' } });
  expect(getStreet(conversation, 'delivery')).toBe('Main 1');
});

test('0.4: an instance reads a local field from customer_data', () => {
  const played = new Conversation([delivery]).turn({ customer: { street: 'Home 1' }, candidates: { delivery: 0.9 } });
  expect(played.plan).toEqual(['delivery ASK floor']);
});

test('0.4: a new value of a local field corrects only the instance that receives it', () => {
  const conversation = new Conversation([delivery, billing]);
  conversation.turn({ ...main, candidates: { delivery: 0.9 } });
  conversation.turn({
    candidates: { billing: 0.9 },
    given: [{ name: 'street', value: 'Side 2', scenarioId: 'billing' }],
  });
  const played = conversation.turn({ given: [{ name: 'street', value: 'Main 9', scenarioId: 'delivery' }] });
  expect(played.transition('delivery')).toMatchObject({ reason: 'CORRECTED', correctedFields: ['street'] });
  expect(played.transition('billing').correctedFields).toEqual([]);
  expect([getStreet(conversation, 'delivery'), getStreet(conversation, 'billing')]).toEqual(['Main 9', 'Side 2']);
});

test('0.5: a changed local field addresses the instance that receives it, and no other instance whose scenario collects it', () => {
  const conversation = new Conversation([delivery, billing]);
  conversation.turn({ ...main, candidates: { delivery: 0.9 } });
  conversation.turn({
    candidates: { billing: 0.9 },
    given: [{ name: 'street', value: 'Side 2', scenarioId: 'billing' }],
  });
  const played = conversation.turn({ given: [{ name: 'street', value: 'Main 9', scenarioId: 'delivery' }] });
  expect(played.result.context.addressedInstanceIds).toEqual(['delivery#1']);
  expect(played.actions).toContain('billing CONTINUE QUIET');
});

describe('0.4: a local value that a candidate receives', () => {
  const tax = asking('tax', ['year'], { exclusive: true });
  const startPending = (): Conversation => {
    const conversation = new Conversation([tax, delivery]);
    conversation.turn({ candidates: { tax: 0.9 } });
    expect(conversation.turn({ ...main, candidates: { delivery: 0.9 } }).rejections).toEqual(['delivery EXCLUDED']);
    return conversation;
  };

  test('0.4: is kept with its pending start', () => {
    const conversation = startPending();
    expect(conversation.session.variables.has('street')).toBe(false);
    const started = conversation.turn({ signals: [['CANCEL', 'tax']] });
    expect(started.actions).toContain('delivery START PENDING');
    expect(started.plan).toEqual(['delivery ASK floor']);
  });

  test('0.4: is dropped with its pending start', () => {
    const conversation = startPending();
    conversation.turn({ signals: [['CANCEL', 'tax', 'delivery']] });
    expect(conversation.turn({ candidates: { delivery: 0.9 } }).plan).toEqual(['delivery ASK street']);
  });

  test('0.4: is kept with its CHOICE', () => {
    const conversation = new Conversation([delivery, billing], {
      relationships: [aRelationship('delivery', 'AMBIGUOUS', 'billing')],
    });
    expect(conversation.turn({ ...main, candidates: { delivery: 0.9, billing: 0.85 } }).plan).toEqual([
      'CHOICE delivery,billing',
    ]);
    expect(conversation.turn({ signals: [['START', 'delivery']] }).plan).toEqual(['delivery ASK floor']);
  });
});

describe('0.4: a local field that one instance takes', () => {
  /** The intents "changed" and "declined" show what the instance sees. */
  const watching = (scenarioId: string): ScenarioDraft => ({
    scenarioId,
    localFields: ['street'],
    whenNotAddressed: 'CONTRIBUTE',
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['street', `floor_${scenarioId}`],
        optionalFields: ['street'],
        to: ['end', { to: 'seen', trigger: 'ANYTIME', condition: '"street" in changed' }],
      },
      { stepId: 'seen', collectsProfileFields: ['why'], to: ['end'] },
      end,
    ],
  });
  const startBoth = (): Conversation => {
    const conversation = new Conversation([watching('a'), watching('b')]);
    conversation.turn({ candidates: { a: 0.9 } });
    conversation.turn({ candidates: { b: 0.9 } });
    return conversation;
  };
  const listSteps = ({ session }: PlayedTurn): readonly string[] =>
    session.instances.map(({ currentStepId }) => currentStepId);

  test('0.4: has changed for this instance only', () => {
    const played = startBoth().turn({ given: [{ name: 'street', value: 'Main 1', scenarioId: 'a' }] });
    expect(listSteps(played)).toEqual(['seen', 'ask']);
  });

  test('0.4: is declined for this instance only', () => {
    const conversation = startBoth();
    conversation.turn({ given: [{ name: 'street', scenarioId: 'b', declined: true }], requested: ['price'] });
    expect(conversation.session.instances.map(({ settledFields }) => [...settledFields.keys()])).toEqual([
      [],
      ['street'],
    ]);
    expect(conversation.session.declinedFields).toEqual([]);
  });
});

describe('0.4: the recipient of a local field', () => {
  const start = { delivery: 0.9 } as const;

  test('0.4: no instance, if the scenario that the variable names does not list it', () => {
    const conversation = new Conversation([delivery, chat]);
    conversation.turn({ candidates: { chat: 0.9 } });
    const played = conversation.turn({ given: [{ name: 'street', value: 'Main 1', scenarioId: 'chat' }] });
    expect(listTakers(played)).toEqual(['session']);
  });

  test.each<[string, TurnDraft, readonly string[]]>([
    ['a candidate below the threshold keeps it for its start', { candidates: { delivery: 0.4 } }, []],
    ['a scenario that is aimed at takes it', { signals: [['START', 'delivery']] }, ['delivery#1']],
    ['a scenario that is no candidate does not take it', {}, ['session']],
  ])('0.4: named by the variable: %s', (_case, draft, takers) => {
    const conversation = new Conversation([delivery, chat]);
    const played = conversation.turn({
      ...draft,
      given: [{ name: 'street', value: 'Main 1', scenarioId: 'delivery' }],
    });
    expect(listTakers(played)).toEqual(takers);
  });

  test('0.4: the candidate that it names, and not another one', () => {
    const conversation = new Conversation([delivery, chat]);
    const played = conversation.turn({
      candidates: { chat: 0.9 },
      given: [{ name: 'street', value: 'Main 1', scenarioId: 'delivery' }],
    });
    expect(listTakers(played)).toEqual(['session']);
  });

  test('0.4: several local fields of one turn go to the same instance', () => {
    const pair = asking('pair', ['street', 'floor'], { localFields: ['street', 'floor'] });
    const conversation = new Conversation([pair]);
    conversation.turn({ candidates: { pair: 0.9 } });
    conversation.turn({ variables: { street: 'Main 1', floor: 2 } });
    expect(Object.fromEntries(conversation.instance('pair').variables)).toEqual({ street: 'Main 1', floor: 2 });
  });

  test.each<[string, Readonly<Record<string, number>>, Partial<ScenarioDraft>, string]>([
    ['the higher score', { delivery: 0.8, billing: 0.9 }, { priority: 9 }, 'billing#1'],
    ['then the higher priority', { billing: 0.9, delivery: 0.9 }, { priority: 9 }, 'delivery#1'],
    ['then the id', { delivery: 0.9, billing: 0.9 }, {}, 'billing#1'],
  ])('0.4: the first candidate in start order: %s', (_order, candidates, variation, taker) => {
    const conversation = new Conversation([{ ...delivery, ...variation }, billing]);
    expect(listTakers(conversation.turn({ ...main, candidates }))).toEqual([taker]);
  });

  test('0.4: the scenario that a START is aimed at comes before candidates with lower scores', () => {
    const conversation = new Conversation([delivery, billing]);
    const played = conversation.turn({ ...main, candidates: { billing: 0.9 }, signals: [['START', 'delivery']] });
    expect(listTakers(played)).toEqual(['delivery#1']);
  });

  test('0.4: the active instance that asks for it without listing it as local leaves it to the session', () => {
    const plain = asking('plain', ['street', 'name']);
    const conversation = new Conversation([delivery, plain]);
    conversation.turn({ candidates: start });
    conversation.turn({ candidates: { plain: 0.9 } });
    expect(listTakers(conversation.turn(main))).toEqual(['session']);
  });

  test('0.4: the paused instance that asks for it without listing it as local leaves it to the session', () => {
    const plain = asking('plain', ['street', 'name']);
    const conversation = new Conversation([plain, chat]);
    conversation.turn({ candidates: { plain: 0.9, chat: 0.8 } });
    conversation.turn({
      signals: [
        ['PAUSE', 'plain'],
        ['CONTINUE', 'chat'],
      ],
    });
    expect(listTakers(conversation.turn(main))).toEqual(['session']);
  });

  test('0.4: the active instance that asks, and not the paused one that was asked later', () => {
    const conversation = new Conversation([delivery, billing]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    conversation.turn({ candidates: { billing: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'billing']] });
    expect(listTakers(conversation.turn(main))).toEqual(['delivery#1']);
  });

  test('0.4: the instance that was asked last, whatever its place in the session', () => {
    const conversation = new Conversation([delivery, billing]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    conversation.turn({ candidates: { billing: 0.9 } });
    conversation.turn({ signals: [['CONTINUE', 'delivery']] });
    expect(listTakers(conversation.turn(main))).toEqual(['delivery#1']);
  });

  test('0.4: the candidate, and not the paused instance that was asked before', () => {
    const conversation = new Conversation([delivery, billing]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    conversation.turn({ signals: [['PAUSE', 'delivery']] });
    expect(listTakers(conversation.turn({ ...main, candidates: { billing: 0.9 } }))).toEqual(['billing#2']);
  });

  test('0.4: the session, if the variable names a scenario that does not exist', () => {
    const conversation = new Conversation([delivery]);
    const played = conversation.turn({
      candidates: { unknown: 0.9 },
      given: [{ name: 'street', value: 'Main 1', scenarioId: 'unknown' }],
    });
    expect(listTakers(played)).toEqual(['session']);
  });

  test('0.4: the instance of a scenario that is named again', () => {
    const later = asking('later', ['name', 'street'], { localFields: ['street'] });
    const conversation = new Conversation([later, delivery]);
    conversation.turn({ candidates: { later: 0.9 } });
    const played = conversation.turn({ ...main, candidates: { later: 0.9 } });
    expect(listTakers(played)).toEqual(['later#1']);
  });

  test('0.4: only the focus, and not another instance that lists it', () => {
    const later = asking('later', ['name', 'street'], { localFields: ['street'] });
    const conversation = new Conversation([later, chat]);
    conversation.turn({ candidates: { later: 0.9 } });
    conversation.turn({ candidates: { chat: 0.9 } });
    expect(listTakers(conversation.turn(main))).toEqual(['session']);
  });

  test('0.4: the session, if the version of the instance no longer exists', () => {
    const conversation = new Conversation([delivery]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    conversation.remove('delivery');
    expect(listTakers(conversation.turn(main))).toEqual(['session']);
  });
});

test('0.4: the session receives what an instance asks for that has no local field, and not the scenario that starts', () => {
  const conversation = new Conversation([asking('profile', ['street']), delivery]);
  conversation.turn({ candidates: { profile: 0.9 } });
  const played = conversation.turn({ ...main, candidates: { delivery: 0.9 } });
  expect(listTakers(played)).toEqual(['session']);
  expect(played.plan).toContain('delivery ASK street');
});

describe('0.4: an instance with local fields', () => {
  const both: ScenarioDraft = {
    scenarioId: 'delivery',
    localFields: ['street'],
    steps: [{ stepId: 'ask', collectsProfileFields: ['floor', 'street'], to: ['end'] }, end],
  };
  const optional: ScenarioDraft = {
    ...both,
    steps: [{ stepId: 'ask', collectsProfileFields: ['street'], optionalFields: ['street'], to: ['end'] }, end],
  };
  const play = (scenario: ScenarioDraft, draft: TurnDraft) => {
    const conversation = new Conversation([scenario, chat]);
    conversation.turn({ candidates: { delivery: 0.9, chat: 0.8 } });
    const { context } = conversation.turn(draft).result;
    return { instance: conversation.instance('delivery'), addressed: context.addressedInstanceIds };
  };

  test('0.4: does not see the value of the session, also while it has no value of its own', () => {
    const conversation = new Conversation([delivery, chat]);
    conversation.turn({ candidates: { delivery: 0.9 } });
    expect(conversation.turn({ patch: { street: 'Main 1' } }).plan).toEqual(['delivery ASK street']);
    expect(conversation.instance('delivery').variables.size).toBe(0);
  });

  test('0.5: is addressed by another field that it asks for', () => {
    expect(play(both, { variables: { floor: 3 } }).addressed).toEqual(['delivery#1']);
  });

  test('3.1: a patch of the field is no answer to its ASK', () => {
    const { instance, addressed } = play(optional, { variables: { topic: 'cats' }, patch: { street: 'Main 1' } });
    expect(addressed).toEqual(['chat#1']);
    expect(instance.settledFields.size).toBe(0);
    expect(instance.requests).toMatchObject([{ kind: 'ASK', status: 'OPEN', hasAnswer: false }]);
  });

  test.each([
    ['declined', true, 0],
    ['null', false, 1],
  ])('3.1: its required field given as %s: answers the ASK: %s', (_case, declined, attempts) => {
    const { instance } = play(both, { given: [{ name: 'street', value: null, declined }] });
    expect(instance.attempts).toBe(attempts);
  });
});
