import type { Conversation, ScenarioDraft, StepDraft, TurnDraft } from '../../support/conversation';
import { listContributions } from '../../support/play-turns';
import { getRequest } from '../../support/requests';
import { startConversation } from '../../support/running';
import { end } from '../../support/sample-scenarios';

/** Asks for a name and a code, of which the code is optional, then for a city. */
const scenario = (step: Partial<StepDraft> = {}): ScenarioDraft => ({
  scenarioId: 's',
  steps: [
    { stepId: 'ask', collectsProfileFields: ['name', 'code'], optionalFields: ['code'], to: ['city'], ...step },
    { stepId: 'city', collectsProfileFields: ['city'], to: ['end'] },
    end,
  ],
});
const bothOptional: Partial<StepDraft> = { optionalFields: ['name', 'code'] };
const named: TurnDraft = { variables: { name: 'Ada' } };
const listSettled = (conversation: Conversation): Readonly<Record<string, string>> =>
  Object.fromEntries(conversation.instance('s').settledFields);

describe('3.1: an optional field is settled', () => {
  test.each<[string, Partial<StepDraft>, TurnDraft, Readonly<Record<string, string>>, string]>([
    ['when a MESSAGE turn answers the ASK without it', {}, named, { code: 'LEFT_OUT' }, 'ASK city'],
    ['when the turn is an attempt at the ASK', {}, {}, { code: 'LEFT_OUT' }, 'ASK name'],
    [
      'when it is declined by the mark',
      {},
      { given: [{ name: 'code', declined: true }] },
      { code: 'DECLINED' },
      'ASK name',
    ],
    ['when it is null while the ASK is open', {}, { variables: { code: null } }, { code: 'DECLINED' }, 'ASK name'],
    [
      'when it is null in the patch while the ASK is open',
      {},
      { patch: { code: null } },
      { code: 'DECLINED' },
      'ASK name',
    ],
    [
      'when DECLINED answers the ASK',
      bothOptional,
      { outcomes: [{ kind: 'DECLINED' }] },
      { code: 'DECLINED', name: 'DECLINED' },
      'ASK city',
    ],
    [
      'together with the other one, when the turn is an attempt',
      bothOptional,
      {},
      { code: 'LEFT_OUT', name: 'LEFT_OUT' },
      'ASK city',
    ],
  ])('3.1: %s', (_case, step, draft, settled, line) => {
    const conversation = startConversation([scenario(step)]);
    expect(conversation.turn(draft).plan).toEqual([`s ${line}`]);
    expect(listSettled(conversation)).toEqual(settled);
  });

  test.each<[string, TurnDraft]>([['a turn without a message answers the ASK', { ...named, trigger: 'TOOL_RESULTS' }]])(
    '3.1: not when %s',
    (_case, draft) => {
      const conversation = startConversation([scenario()]);
      expect(conversation.turn(draft).plan).toEqual(['s ASK code']);
    },
  );

  test('3.1: stays open when the turn is no attempt, because the customer asks something', () => {
    const conversation = startConversation([scenario()]);
    expect(conversation.turn({ requested: ['price'] }).plan).toEqual(['s ASK name,code']);
    expect(listSettled(conversation)).toEqual({});
  });

  test('3.1: stays open when it is null before the ASK', () => {
    expect(startConversation([scenario()], { variables: { name: 'Ada', code: null } }).turn().plan).toEqual([
      's ASK city',
    ]);
    expect(listContributions(scenario(), [{ variables: { name: 'Ada', code: null } }])).toEqual(['ASK code']);
  });

  test('3.1: stays settled for the instance until it gets a value', () => {
    const conversation = startConversation([scenario()]);
    conversation.turn(named);
    conversation.turn({ variables: { code: '7' } });
    expect(listSettled(conversation)).toEqual({});
  });

  test('3.1: a required field is never settled without a value', () => {
    const turns = listContributions(scenario({ optionalFields: [] }), [
      {},
      { given: [{ name: 'code', declined: true }], variables: { name: 'Ada' } },
      {},
    ]);
    expect(turns).toEqual(['ASK name,code', 'ASK code', 'ASK code']);
  });

  test('3.1: a required field that is declined is not settled, although it answers the ASK', () => {
    const conversation = startConversation([scenario({ optionalFields: [] })]);
    conversation.turn({ given: [{ name: 'code', declined: true }] });
    expect(listSettled(conversation)).toEqual({});
  });

  test('3.1: an answer with a value for one field and a null for another, which is required, answers the ASK', () => {
    const conversation = startConversation([scenario({ canSkip: false, optionalFields: [] })]);
    conversation.turn({ variables: { name: 'Ada', code: null } });
    expect(getRequest(conversation.instance('s'), 'ASK').hasAnswer).toBe(true);
  });

  test('3.1: one field that gets a value leaves the other settled fields as they are', () => {
    const conversation = startConversation([scenario({ optionalFields: ['name', 'code'] })]);
    conversation.turn();
    conversation.turn({ variables: { name: 'Ada' }, requested: ['price'] });
    expect(listSettled(conversation)).toEqual({ code: 'LEFT_OUT' });
  });

  test('3.1: an attempt that leaves a required field missing does not answer the ASK', () => {
    const conversation = startConversation([scenario()]);
    conversation.turn();
    expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({ status: 'OPEN', hasAnswer: false });
  });
});

describe('3.1: a step that may not be skipped is asked until its ASK is answered', () => {
  const customer = { name: 'Ada', code: '7' };
  const mustAsk = scenario({ canSkip: false, optionalFields: [] });

  test.each<[string, TurnDraft]>([
    ['the same value is given', named],
    ['the same value is given in the patch', { patch: { name: 'Ada' } }],
    ['another value is given', { variables: { name: 'Bob' } }],
    ['CONFIRMED comes for it', { outcomes: [{ kind: 'CONFIRMED' }] }],
  ])('3.1: it is answered when %s', (_case, draft) => {
    expect(listContributions(mustAsk, [{ customer }, { customer, ...draft }])).toEqual(['ASK name,code', 'ASK city']);
  });

  test.each<[string, TurnDraft]>([
    ['nothing is given', {}],
    ['another field is given', { variables: { hobby: 'chess' } }],
    ['the values come from the profile again', { customer: { ...customer, name: 'Eve' } }],
  ])('3.1: it is not answered when %s', (_case, draft) => {
    expect(listContributions(mustAsk, [{ customer }, { customer, ...draft }])).toEqual([
      'ASK name,code',
      'ASK name,code',
    ]);
  });

  test('3.1: it is answered when one of its fields is declined, and only the other field is asked for then', () => {
    const step = { canSkip: false, optionalFields: ['code'] };
    const turns = listContributions(scenario(step), [{}, { given: [{ name: 'code', declined: true }] }, named]);
    expect(turns).toEqual(['ASK name,code', 'ASK name', 'ASK city']);
  });

  test('3.1: an attempt answers it if all its missing fields are optional', () => {
    const step = { canSkip: false, optionalFields: ['code'] };
    const known = { customer: { name: 'Ada' } };
    expect(listContributions(scenario(step), [known, known])).toEqual(['ASK name,code', 'ASK city']);
  });

  test('3.1: an answer on a turn without a message counts', () => {
    const conversation = startConversation([mustAsk], { customer });
    const played = conversation.turn({ customer, trigger: 'TOOL_RESULTS', patch: { name: 'Ada' } });
    expect(played.plan).toEqual(['s ASK city']);
  });

  test('3.1: each new visit asks again, except after a correction', () => {
    const known = { ...named, customer };
    const conversation = startConversation([mustAsk], { customer });
    conversation.turn(known);
    const corrected = conversation.turn({ customer, variables: { name: 'Bob' } });
    expect(corrected.transition('s').reason).toBe('CORRECTED');
    expect(corrected.plan).toEqual(['s ASK city']);
  });
});

describe('3.1: a transition that misses settled fields', () => {
  const fork = (condition: string): ScenarioDraft => ({
    scenarioId: 's',
    requires: { other: 'SOFT' },
    steps: [
      {
        stepId: 'ask',
        collectsProfileFields: ['code'],
        optionalFields: ['code'],
        to: [{ to: 'gift', condition }, 'city'],
      },
      { stepId: 'gift', templateIds: ['gift'], to: ['city'] },
      { stepId: 'city', collectsProfileFields: ['city'], to: ['end'] },
      end,
    ],
  });

  test('3.1: is FALSE if it misses nothing else', () => {
    const conversation = startConversation([fork('data.code == "7"')]);
    const played = conversation.turn();
    expect(played.transition('s').alternatives[0]).toMatchObject({ truth: 'FALSE', missingFields: [] });
    expect(played.plan).toEqual(['s ASK city']);
  });

  test('3.1: is UNKNOWN if it misses another field, and only that field is asked for', () => {
    const played = startConversation([fork('data.code == "7" && data.other == "1"')]).turn();
    expect(played.transition('s').alternatives[0]).toMatchObject({ truth: 'UNKNOWN', missingFields: ['other'] });
    expect(played.plan).toEqual(['s ASK other']);
  });
});

test('3.1: an ASK that was answered in part stays open for the rest', () => {
  const conversation = startConversation([scenario({ optionalFields: [] })]);
  const played = conversation.turn(named);
  expect(played.contribution('s')).toMatchObject({ fieldsToAsk: ['code'], isReprompt: true });
  expect(getRequest(conversation.instance('s'), 'ASK')).toMatchObject({ status: 'OPEN', hasAnswer: true });
});

describe('3.1: a condition that misses a field which the customer declined before it was asked for', () => {
  const decideWith = (optionalFields: readonly string[]) => {
    const steps: readonly StepDraft[] = [
      { stepId: 'ask', collectsProfileFields: ['name'], to: [{ to: 'gift', condition: 'data.code == "7"' }, 'city'] },
      { stepId: 'gift', collectsProfileFields: ['code'], optionalFields, to: ['end'] },
      { stepId: 'city', collectsProfileFields: ['city'], to: ['end'] },
      end,
    ];
    const conversation = startConversation([{ scenarioId: 's', steps }], { given: [{ name: 'code', declined: true }] });
    return conversation.turn(named);
  };

  test('3.1: is FALSE if a step of the scenario lists the field as optional', () => {
    expect(decideWith(['code']).plan).toEqual(['s ASK city']);
  });

  test('3.1: is UNKNOWN if no step does', () => {
    expect(decideWith([]).plan).toEqual(['s ASK code']);
  });
});
