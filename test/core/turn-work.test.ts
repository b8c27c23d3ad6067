import fc from 'fast-check';
import type { TurnInput } from '../../src/core/context/selection-context';
import { decideTurn } from '../../src/core/decide-turn';
import { Allowance } from '../../src/core/model/allowance';
import type { JsonValue } from '../../src/core/model/json';
import type { OrchestratorError } from '../../src/core/model/orchestrator-error';
import { defaultSettings } from '../../src/core/model/settings';
import { Conversation, type ScenarioDraft, type TransitionDraft, type TurnDraft } from '../support/conversation';
import { randomSession } from '../support/random-scenarios';
import { range } from '../support/range';

/** Counts how often a field of the customer is read, independently of what the turn spends. */
class CountedFields extends Map<string, JsonValue> {
  reads = 0;

  override get(name: string): JsonValue | undefined {
    this.reads += 1;
    return super.get(name);
  }
}

/** Transitions that are looked at and never taken. */
const refused = (count: number, to: string): TransitionDraft[] =>
  range(count, (index) => ({ to, condition: `data.n > ${index + 1}.0`, priority: 1 }));

const end = { stepId: 'end', isTerminal: true };

/** A chain of steps that one walk passes. */
const chain = (scenarioId: string, count: number, alternatives: number, collects: readonly string[] = []) => ({
  scenarioId,
  steps: [
    ...range(count, (index) => ({
      stepId: `s${index}`,
      collectsProfileFields: collects,
      reachableFromAnywhere: index === 0,
      isRecovery: false,
      to: [...refused(alternatives, 'end'), { to: index + 1 < count ? `s${index + 1}` : 'end' }],
    })),
    end,
  ],
});

const waiting = (condition: (index: number) => string): ScenarioDraft => ({
  scenarioId: 'a',
  steps: [
    {
      stepId: 'wait',
      collectsProfileFields: ['never'],
      to: [
        ...range(500, (index) => ({ to: 'end', trigger: 'ANYTIME' as const, condition: condition(index) })),
        { to: 'end' },
      ],
    },
    end,
  ],
});

const longMessage = 'ab'.repeat(50_000);
const numbers = range(1_000, (index) => index);

interface Attack {
  readonly scenarios: readonly ScenarioDraft[];
  readonly turn: TurnDraft;
  /** Starts the scenarios on a turn before. */
  readonly isRunning?: boolean;
}

const attacks: Readonly<Record<string, Attack>> = {
  'nested macros over long lists': {
    scenarios: [waiting((index) => `facts.l.exists(a, facts.l.exists(b, a + b == -${index + 1}.0))`)],
    turn: { facts: { l: numbers } },
    isRunning: true,
  },
  'a regular expression on a long message': {
    scenarios: [waiting((index) => `facts.l.exists(a, message.matches("(a|b)*${index}$"))`)],
    turn: { facts: { l: numbers }, message: longMessage },
    isRunning: true,
  },
  'many searches in a long message': {
    scenarios: [waiting((index) => range(30, () => `message.contains("abc${index}")`).join(' || '))],
    turn: { message: longMessage },
    isRunning: true,
  },
  'many comparisons of long lists': {
    scenarios: [waiting(() => range(30, () => 'facts.l == facts.m').join(' && '))],
    turn: { facts: { l: range(9_000, () => 1), m: range(9_000, () => 1) } },
    isRunning: true,
  },
  'global transitions at each step of a chain': {
    scenarios: [{ ...chain('a', 1_000, 0), globals: refused(1_000, 's0') }],
    turn: {},
  },
  'alternatives at each step of a chain that is skipped': {
    scenarios: [chain('a', 1_000, 30, ['n'])],
    turn: {},
  },
  'long walks of many scenarios': {
    scenarios: range(20, (index) => chain(`a${index}`, 1_000, 1)),
    turn: {},
  },
};

function startAttack({ scenarios, turn, isRunning = false }: Attack): {
  input: TurnInput;
  customerData: CountedFields;
} {
  const conversation = new Conversation(scenarios, { settings: { maxSimultaneousScenarios: 20 } });
  const candidates = Object.fromEntries(scenarios.map(({ scenarioId }) => [scenarioId, 1]));
  if (isRunning) conversation.turn({ candidates });
  const input = conversation.input({ candidates, ...turn });
  const customerData = new CountedFields(isRunning ? [] : [['n', 0]]);
  return { input: { ...input, turn: { ...input.turn, customerData } }, customerData };
}

function catchError(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('a turn that needs too much work is refused', () => {
  test.each(Object.entries(attacks))('%s', (_name, attack) => {
    const { input, customerData } = startAttack(attack);
    const allowance = new Allowance(defaultSettings.turnWork);
    const error = catchError(() => decideTurn({ ...input, allowance })) as OrchestratorError;
    expect(error).toMatchObject({
      reason: 'WORK_LIMIT',
      metadata: { limit: String(defaultSettings.turnWork), setting: 'limits.turn_work' },
    });
    expect(['conditions', 'transitions', 'steps']).toContain(error.metadata['work']);
    expect(allowance.used).toBe(defaultSettings.turnWork);
    // A read costs at least one unit.
    expect(customerData.reads).toBeLessThanOrEqual(defaultSettings.turnWork);
  });

  test('whatever the limit is, it is never exceeded', () => {
    const attack = attacks['global transitions at each step of a chain'];
    if (attack === undefined) throw new Error('There is no such attack.');
    const { input, customerData } = startAttack(attack);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50_000 }), (limit) => {
        customerData.reads = 0;
        const allowance = new Allowance(limit);
        expect(catchError(() => decideTurn({ ...input, allowance }))).toMatchObject({ reason: 'WORK_LIMIT' });
        expect(allowance.used).toBe(limit);
        // Looking at a transition and evaluating its condition costs at least 20 units; the context of a turn reads some fields too.
        expect(customerData.reads).toBeLessThanOrEqual(limit / 10 + 20);
      }),
      { numRuns: 30 },
    );
  });

  test('a limit of the settings applies if the caller gives no allowance', () => {
    const conversation = new Conversation([chain('a', 50, 5)], { settings: { turnWork: 1_000 } });
    expect(() => conversation.turn({ candidates: { a: 1 }, customer: { n: 0 } })).toThrow(
      'The call needs too much work',
    );
  });
});

test('the turns of random sessions need at most a twentieth of the limit', () => {
  let largest = 0;
  fc.assert(
    fc.property(randomSession, ({ scenarios, relationships, settings, turns }) => {
      const conversation = new Conversation(scenarios, { relationships, settings });
      for (const draft of turns) {
        const allowance = new Allowance(defaultSettings.turnWork);
        conversation.session = decideTurn({ ...conversation.input(draft), allowance }).session;
        largest = Math.max(largest, allowance.used);
      }
    }),
    { numRuns: 100 },
  );
  expect(largest).toBeGreaterThan(0);
  expect(largest).toBeLessThanOrEqual(defaultSettings.turnWork / 20);
});

test('the work of a chain grows nearly in proportion to its length, and a chain of a thousand steps is passed in one turn', () => {
  const getWork = (steps: number): number => {
    const { input } = startAttack({ scenarios: [chain('a', steps, 0)], turn: {} });
    const allowance = new Allowance(Number.POSITIVE_INFINITY);
    decideTurn({ ...input, allowance });
    return allowance.used;
  };
  expect(getWork(200) / getWork(100)).toBeLessThan(2.3);
  expect(getWork(1_000)).toBeLessThan(defaultSettings.turnWork);
});

describe('the lists of a decision are bounded', () => {
  test('a decision lists the last 200 alternatives and counts the others', () => {
    const conversation = new Conversation([chain('a', 100, 3)]);
    const { result } = conversation.turn({ candidates: { a: 1 }, customer: { n: 0 } });
    const [decision] = result.transitionDecisions;
    expect(decision?.alternatives).toHaveLength(200);
    expect(decision?.omittedAlternatives).toBe(200);
    expect(decision?.alternatives.at(-1)).toMatchObject({ sourceStepId: 's99', taken: true });
    expect(decision?.alternatives[0]).toMatchObject({ sourceStepId: 's50' });
  });

  test('a decision lists the first 100 failed conditions and counts the others', () => {
    const failing = range(130, (index) => ({ to: 'end', condition: `data.n.x == ${index}.0` }));
    const steps = [{ stepId: 's', to: [...failing, { to: 'end' }] }, end];
    const conversation = new Conversation([{ scenarioId: 'a', steps }]);
    const { result } = conversation.turn({ candidates: { a: 1 }, customer: { n: 0 } });
    const [decision] = result.transitionDecisions;
    expect(decision?.conditionErrors).toHaveLength(100);
    expect(decision?.conditionErrors[0]).toMatch(/^s\/1: /);
    expect(decision?.omittedConditionErrors).toBe(30);
  });
});
