import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Scenario } from '../../../src/core/model/scenario';
import { catalogueFindingSeverities } from '../../../src/core/scenario/catalogue-finding';
import { aScenario, type ScenarioDraft, type StepDraft } from '../../support/conversation';
import { cases } from './finding-cases';
import { ask, compile, createDraft, help, inform, pay, sure, toAway, toHelp } from './finding-drafts';

test.each(Object.entries(cases))(
  'findings: %s is reported with a fix, and not for similar valid definitions',
  (code, { severity, invalid, valid, semanticEvaluation }) => {
    const { compiled, findings } = compile(invalid, semanticEvaluation);
    const found = findings.filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ severity }]);
    expect(found[0]?.message).toMatch(/^\S.{20,}[.?]$/s);
    expect(compiled === undefined).toBe(severity === 'ERROR');
    for (const draft of valid) {
      const validFindings = compile(draft, semanticEvaluation).findings;
      expect(validFindings.filter((finding) => finding.code === code || finding.severity === 'ERROR')).toEqual([]);
    }
  },
);

/** The names of fields in the definition that differ from those of the contract. */
const fieldNames: Readonly<Record<string, string>> = { after: 'afterMs', remind_after: 'remindAfterMs' };

/** Returns whether a definition has a field with the given path, for example `steps[0].transitions[1].condition`. */
function hasField(definition: unknown, fieldPath: string): boolean {
  let value: unknown = definition;
  for (const name of fieldPath.split(/[.[]/)) {
    if (value instanceof Map) return value.has(JSON.parse(name.slice(0, -1)));
    const key = name.endsWith(']') ? name.slice(0, -1) : (fieldNames[name] ?? toCamelCase(name));
    if (typeof value !== 'object' || value === null || !(key in value)) return false;
    value = Reflect.get(value, key);
  }
  return true;
}

const toCamelCase = (name: string): string =>
  name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());

test.each(Object.entries(cases))(
  'findings: %s points to a field of the definition, and names its step and transition',
  (code, { invalid, semanticEvaluation }) => {
    const definition: Scenario = 'requiredFields' in invalid ? invalid : aScenario(invalid);
    const [finding] = compile(definition, semanticEvaluation).findings.filter((each) => each.code === code);
    const { fieldPath = '', stepId, transitionId = '' } = finding ?? {};
    expect([fieldPath, hasField(definition, fieldPath)]).toEqual([fieldPath, true]);
    const [, stepIndex, transitionIndex] = /^steps\[(\d+)\](?:\.transitions\[(\d+)\])?/.exec(fieldPath) ?? [];
    const step = stepIndex === undefined ? undefined : definition.steps[Number(stepIndex)];
    if (step) expect(stepId).toBe(step.stepId);
    if (fieldPath.includes('transitions[')) expect(transitionId).not.toBe('');
    if (transitionIndex !== undefined) expect(step?.transitions[Number(transitionIndex)]).toBeDefined();
  },
);

test('findings: docs/findings.md lists every code with its severity', () => {
  const page =
    readFileSync(join(__dirname, '../../../docs/findings.md'), 'utf8').split('## Findings of field')[0] ?? '';
  const rows = [...page.matchAll(/^\| ([A-Z_, ]+) \| (\w+) \|/gm)];
  const documented = rows.flatMap(([, codes = '', severity]) => codes.split(', ').map((code) => `${severity} ${code}`));
  const severities = Object.entries(cases).map(([code, { severity }]) => [code, severity]);
  expect(documented.sort()).toEqual(
    [...severities, ...Object.entries(catalogueFindingSeverities)]
      .map(([code, severity]) => `${severity} ${code}`)
      .sort(),
  );
});

test('3.2: a loop through silent steps that clears a field after the step that collects it is found', () => {
  const loop = createDraft(
    { ...ask, to: ['a'] },
    { stepId: 'a', to: ['b'] },
    { stepId: 'b', to: [{ to: 'more', condition: 'data.name == "x"', clears: ['age', 'name'] }, 'end'] },
    inform('more', { to: 'ask', intentLabel: 'x' }, 'end'),
  );
  const found = compile(loop).findings.filter(({ code }) => code === 'CLEARS_OWN_FIELD');
  expect(found).toMatchObject([{ stepId: 'b', fieldPath: 'steps[2].transitions[0].clears', transitionId: 'b/1' }]);
  expect(found[0]?.message).toMatch(/^Transition "b\/1" leads back to step "ask" and clears "age", which that step/);
});

test.each<[string, ScenarioDraft, string]>([
  [
    'a default transition of a silent step',
    createDraft({ stepId: 'a', to: [{ to: 'end', afterMs: 60_000 }, 'end'] }),
    'when step "a" is finished, its default transition is taken at once',
  ],
  [
    'other conditions of a step that an answer finishes',
    createDraft({
      ...ask,
      to: [
        { to: 'end', afterMs: 60_000 },
        { to: 'end', condition: 'data.age > 17' },
      ],
    }),
    'an answer of the customer finishes step "ask", and then its other transitions are evaluated at once',
  ],
  [
    'an idle_timeout that is not longer',
    { ...createDraft({ ...ask, to: [{ to: 'end', afterMs: 60_000 }] }), idleTimeoutMs: 60_000 },
    'idle_timeout is not longer and pauses the instance first',
  ],
  [
    'an idle_timeout that is not longer than the time of a global transition',
    {
      ...createDraft(ask, help),
      globals: [{ to: 'help', afterMs: 60_000 }],
      idleTimeoutMs: 50_000,
      idleAction: 'CANCEL',
    },
    'idle_timeout is not longer and cancels the instance first',
  ],
])('14: a time is never waited for because of %s', (_case, draft, reason) => {
  const found = compile(draft).findings.filter(({ code }) => code === 'AFTER_NOT_REACHED');
  expect(found).toHaveLength(1);
  expect(found[0]?.message).toContain(reason);
});

test('14: an idle_timeout does not end the wait of a step with an action or a call', () => {
  const waiting = {
    stepId: 'a',
    toolIds: ['t'],
    to: [{ to: 'end', afterMs: 60_000, trigger: 'ANYTIME' as const }, 'end'],
  };
  const drafts = [
    { ...createDraft(waiting), idleTimeoutMs: 60_000 },
    { ...createDraft(waiting, help), globals: [{ to: 'help', afterMs: 60_000 }], idleTimeoutMs: 60_000 },
  ];
  expect(drafts.flatMap((draft) => compile(draft).findings)).toEqual([]);
});

test('3.2: a step that only returns is no dead end, but the step that it returns to can be one', () => {
  const helping = { ...help, to: [{ returns: true as const }] };
  const codes = (draft: ScenarioDraft): readonly string[] =>
    compile(draft).findings.map(({ code, stepId }) => `${code} ${stepId}`);
  expect(codes({ ...createDraft(ask, helping), globals: [toHelp] })).toEqual([]);
  const stuck = createDraft({ ...ask, to: [toAway, 'end'] }, inform('away'), helping);
  expect(codes({ ...stuck, globals: [toHelp] })).toEqual(['DEAD_END away']);
});

test('3.7: the finding about a late confirmation names the step and the values', () => {
  const [found] = compile(createDraft({ ...ask, to: ['pay'] }, pay, sure)).findings;
  expect(found).toMatchObject({ code: 'CONFIRMED_TOO_LATE', fieldPath: 'steps[1]', stepId: 'pay' });
  expect(found?.message).toContain('Step "sure" confirms "age" after it');
});

test('a transition without a target is reported as such', () => {
  const found = compile(createDraft({ ...ask, to: [{ to: '', intentLabel: 'x' }, 'end'] })).findings;
  expect(found.map(({ message }) => message)).toEqual([
    'Transition "ask/1" has no target. Set target_step_id to an existing step.',
  ]);
});

describe('findings: steps without a path to a terminal step', () => {
  const findCodes = (...steps: readonly StepDraft[]): readonly string[] =>
    compile(createDraft({ ...ask, to: [toAway, 'end'] }, ...steps)).findings.map(
      ({ code, stepId }) => `${code} ${stepId}`,
    );

  test('findings: a step that leads to a trap is not reported itself', () => {
    expect(findCodes(inform('away', 'a'), inform('a', 'b'), inform('b', 'a'))).toEqual(['TRAP a']);
  });

  test('findings: a step that only a global transition reaches can be a DEAD_END', () => {
    const agent: StepDraft = { ...inform('agent'), reachableFromAnywhere: true };
    const { findings } = compile({ ...createDraft(ask, agent), globals: [{ to: 'agent', intentLabel: 'agent' }] });
    expect(findings.map(({ code, stepId }) => `${code} ${stepId}`)).toEqual(['DEAD_END agent']);
  });

  test('findings: a step that leads only to itself is a TRAP', () => {
    expect(findCodes(inform('away', 'away'))).toEqual(['TRAP away']);
  });

  test('findings: a cycle is a TRAP if it can avoid the counted step', () => {
    const counted = { ...ask, stepId: 'counted', to: ['away'] };
    expect(findCodes(inform('away', { to: 'counted', intentLabel: 'y' }, 'away'), counted)).toEqual(['TRAP away']);
  });

  test('findings: a transition that a default transition shadows is not an exit', () => {
    expect(findCodes(inform('away', 'away', { to: 'end', intentLabel: 'y' }))).toEqual([
      'TRAP away',
      'HIDDEN_BY_DEFAULT away',
    ]);
  });

  test('findings: every DEAD_END is reported, but not the cycle that leads to it', () => {
    const cycle = inform('away', { to: 'b', intentLabel: 'y' }, 'c');
    expect(
      findCodes(
        cycle,
        { ...ask, stepId: 'c', to: ['away'] },
        inform('b', { to: 'd', intentLabel: 'z' }, 'e'),
        inform('d'),
        inform('e'),
      ),
    ).toEqual(['DEAD_END d', 'DEAD_END e']);
  });

  test('findings: the message of a TRAP names three steps and counts the others', () => {
    const names = ['away', 'b', 'c', 'd', 'e'];
    const steps = names.map((name, index) => inform(name, names[(index + 1) % names.length] ?? ''));
    const [trap] = compile(createDraft({ ...ask, to: [toAway, 'end'] }, ...steps)).findings;
    expect(trap?.message).toContain('"away", "b", "c" and 2 more');
  });
});
