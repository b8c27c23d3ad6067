// Parts of the domain that are too small for a file of tests of their own.

import { decideTurn, type PhaseName } from '../../src/core/decide-turn';
import { compareText } from '../../src/core/model/compare-text';
import { OrchestratorError } from '../../src/core/model/orchestrator-error';
import { createEmptySession } from '../../src/core/model/session';
import { defaultSettings } from '../../src/core/model/settings';
import { compareByScenarioId, compareRelationships } from '../../src/core/scenario/catalogue-order';
import { indexRelationships } from '../../src/core/scenario/relationships';
import { aRelationship, aScenario, aTurn, ids } from '../support/conversation';
import { type Link, linked, starts } from '../support/linked-scenarios';
import { running } from '../support/running';
import { acting, asking, end, silent } from '../support/sample-scenarios';

describe('an OrchestratorError', () => {
  test('carries what it is given', () => {
    const cause = new Error('no space');
    const violations = [{ field: 'turn.turn_id', description: 'is empty' }];
    const error = new OrchestratorError('STORE_FULL', 'The store is full.', {
      cause,
      metadata: { store: 'redis' },
      violations,
      retryAfterMs: 50,
    });
    expect(error).toMatchObject({
      name: 'OrchestratorError',
      reason: 'STORE_FULL',
      message: 'The store is full.',
      cause,
      metadata: { store: 'redis' },
      violations,
      retryAfterMs: 50,
    });
  });

  test('has nothing to add where it is given nothing', () => {
    const error = new OrchestratorError('INTERNAL', 'A defect.');
    expect([error.metadata, error.violations, error.retryAfterMs, 'cause' in error]).toEqual([
      {},
      [],
      undefined,
      false,
    ]);
  });
});

describe('the order of a catalogue', () => {
  test('is that of the ids for scenarios', () => {
    const stored = ['b', 'a', 'B', 'a1'].map((scenarioId) => ({
      scenario: aScenario({ scenarioId, steps: [end] }),
      version: 1,
      contentHash: '',
      storedAt: 0,
    }));
    expect([...stored].sort(compareByScenarioId).map(({ scenario }) => scenario.scenarioId)).toEqual([
      'B',
      'a',
      'a1',
      'b',
    ]);
  });

  test('is kind, source type, source and target for relationships', () => {
    const inOrder = [
      aRelationship('z', 'DEPENDS_ON', 'z'),
      aRelationship('z', 'IMPLIES', 'a', 'RULE'),
      aRelationship('a', 'IMPLIES', 'b'),
      aRelationship('a', 'IMPLIES', 'c'),
      aRelationship('b', 'IMPLIES', 'a'),
    ];
    expect([...inOrder].reverse().sort(compareRelationships)).toEqual(inOrder);
  });

  test.each([
    ['a', 'b', -1],
    ['b', 'a', 1],
    ['a', 'a', 0],
    ['Z', 'a', -1],
  ])('compares %s with %s as %i', (a, b, order) => {
    expect(compareText(a, b)).toBe(order);
  });
});

test('0 a turn is decided in four phases, each by name', () => {
  const phases: PhaseName[] = [];
  decideTurn(
    {
      session: createEmptySession(ids),
      turn: aTurn({}, 'turn-1', 1),
      catalogue: {
        revision: 1,
        getScenario: () => undefined,
        getScenarioVersion: () => undefined,
        relationships: indexRelationships([]),
      },
      settings: defaultSettings,
      getNewInstanceId: () => 'id',
    },
    false,
    (name, work) => {
      phases.push(name);
      return work();
    },
  );
  expect(phases).toEqual([
    'orchestrator.context',
    'orchestrator.lifecycle',
    'orchestrator.transitions',
    'orchestrator.contributions',
  ]);
});

describe('1 relationships', () => {
  test.each<[Link]>([
    [['a', 'DEPENDS_ON', 'c', 'RULE']],
    [['a', 'SPECIALIZES', 'b', 'RULE']],
    [['a', 'AMBIGUOUS', 'b', 'RULE']],
    [['a', 'RELATED', 'b']],
  ])('1 %j keeps nothing from starting', (link) => {
    expect(starts(linked([link]).turn({ candidates: { a: 0.9, b: 0.9 } }))).toEqual(['a', 'b']);
  });
});

test('0.3 focus: where nothing is open it is the most recently active instance, not the latest started', () => {
  const talk = running([silent('a'), silent('b'), silent('c')]);
  talk.turn({ signals: [['CONTINUE', 'b']] });
  expect(talk.turn({ signals: ['PAUSE'] }).actions).toEqual([
    'a CONTINUE GOES_ON',
    'b PAUSE USER_REQUEST',
    'c CONTINUE GOES_ON',
  ]);
});

test('1 context: fields that a result changed for one instance are among the changed ones', () => {
  const talk = running([acting('s'), asking('t', ['x'])]);
  const outcomes = [{ kind: 'ACTION_FAILED', instanceId: 's#1', results: { ref: 'R1' } } as const];
  expect(talk.turn({ trigger: 'TOOL_RESULTS', outcomes }).result.context.changedFields).toEqual(['ref']);
});
