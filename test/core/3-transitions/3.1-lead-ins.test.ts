import type { PlayedTurn, ScenarioDraft, StepDraft } from '../../support/conversation';
import { playTurns } from '../../support/play-turns';
import { end } from '../../support/sample-scenarios';

const speaking = (stepId: string, step: Partial<StepDraft> = {}): StepDraft => ({
  stepId,
  speak: 'WITH_NEXT',
  templateIds: [`${stepId}_text`],
  to: ['end'],
  ...step,
});
const ask = (field: string, step: Partial<StepDraft> = {}): StepDraft => ({
  stepId: field,
  collectsProfileFields: [field],
  to: ['end'],
  ...step,
});
/** The contribution with its lead-ins, for example `hello_text + ASK name`. */
const getLine = (played: PlayedTurn | undefined): string => {
  const contribution = played?.contribution('s');
  return [...(contribution?.leadInTemplateIds ?? []), played?.plan[0]?.slice(2)].join(' + ');
};
const play = (steps: readonly StepDraft[], ...drafts: Parameters<typeof playTurns>[1]): readonly string[] =>
  playTurns({ scenarioId: 's', steps: [...steps, end] } satisfies ScenarioDraft, drafts).map(getLine);

test('3.1: templates with speak = WITH_NEXT form no stage', () => {
  expect(play([speaking('hello', { to: ['name'] }), ask('name')], {}, {})).toEqual([
    'hello_text + ASK name',
    'ASK name',
  ]);
});

test('3.1: lead-ins of several steps come in path order', () => {
  expect(play([speaking('a', { to: ['b'] }), speaking('b', { to: ['name'] }), ask('name')], {})).toEqual([
    'a_text + b_text + ASK name',
  ]);
});

test('3.1: a step carries its lead-ins with its own contribution', () => {
  expect(play([ask('name', { speak: 'WITH_NEXT', templateIds: ['hello'] })], {})).toEqual(['hello + ASK name']);
});

test('3.1: a step that is passed over carries its lead-ins too', () => {
  const steps = [ask('name', { speak: 'WITH_NEXT', templateIds: ['hello'], to: ['city'] }), ask('city')];
  expect(play(steps, { variables: { name: 'Ada' } })).toEqual(['hello + ASK city']);
});

test('3.1: an INFORM carries the lead-ins of the steps before it', () => {
  expect(play([speaking('a')], {})).toEqual(['a_text + INFORM bye']);
});

test('3.1: lead-ins that no contribution carries are contributed as INFORM', () => {
  expect(play([speaking('a', { to: [{ to: 'end', intentLabel: 'on' }] })], {}, {})).toEqual(['INFORM a_text', 'NONE']);
});

test('3.1: a step with speak = INFORM has an inform stage', () => {
  expect(play([speaking('a', { speak: 'INFORM' })], {}, {})).toEqual(['INFORM a_text', 'INFORM bye']);
});

test('3.1: a new visit contributes its lead-ins again', () => {
  const again = ask('more', { to: [{ to: 'a', condition: 'data.more == "yes"', clears: ['more'] }, 'end'] });
  expect(play([speaking('a', { to: ['more'] }), again], {}, { variables: { more: 'yes' } })).toEqual([
    'a_text + ASK more',
    'a_text + ASK more',
  ]);
});

test('3.1: a CONFIRM and an ACTION_HINT carry lead-ins', () => {
  const check: StepDraft = {
    stepId: 'check',
    isCheckpoint: true,
    toolIds: ['t'],
    speak: 'WITH_NEXT',
    templateIds: ['terms'],
    to: ['end'],
  };
  expect(play([check], {}, { outcomes: [{ kind: 'CONFIRMED' }] })).toEqual(['terms + CONFIRM ', 'ACTION_HINT t']);
  expect(play([speaking('a', { to: ['act'] }), { stepId: 'act', toolIds: ['t'], to: ['end'] }], {})).toEqual([
    'a_text + ACTION_HINT t',
  ]);
});

describe('3.1: lead-ins and corrections', () => {
  const steps = [
    ask('name', { to: ['hello'] }),
    speaking('hello', { to: ['city'] }),
    ask('city', { to: [{ to: 'gift', condition: 'data.name == "Eve"' }, 'street'] }),
    speaking('gift', { to: ['street'] }),
    ask('street'),
  ];

  test('3.1: a correction does not repeat the lead-ins of the steps that it passes again', () => {
    expect(play(steps, {}, { variables: { name: 'Ada', city: 'Bern' } }, { variables: { name: 'Bob' } })).toEqual([
      'ASK name',
      'hello_text + ASK street',
      'ASK street',
    ]);
  });

  test('3.1: a correction adds the lead-ins of the steps that it reaches for the first time', () => {
    expect(play(steps, {}, { variables: { name: 'Ada', city: 'Bern' } }, { variables: { name: 'Eve' } }).at(-1)).toBe(
      'gift_text + ASK street',
    );
  });
});
