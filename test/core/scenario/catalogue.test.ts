import { compareByScenarioId, compareRelationships } from '../../../src/core/scenario/catalogue';
import { aRelationship, aScenario } from '../../support/conversation';
import { end } from '../../support/sample-scenarios';

describe('the order of a catalogue', () => {
  test('scenarios are ordered by id', () => {
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

  test('relationships are ordered by kind, source type, source and target', () => {
    const sorted = [
      aRelationship('z', 'DEPENDS_ON', 'z'),
      aRelationship('z', 'IMPLIES', 'a', 'RULE'),
      aRelationship('a', 'IMPLIES', 'b'),
      aRelationship('a', 'IMPLIES', 'c'),
      aRelationship('b', 'IMPLIES', 'a'),
    ];
    expect([...sorted].reverse().sort(compareRelationships)).toEqual(sorted);
  });
});
