import { getAgentIds, getDialogueIds, toScenarioId, toTurnId, toUuidV5 } from '../../../tools/replay/replay-ids';

describe('the ids of a replay', () => {
  it('are UUIDs of version 5', () => {
    const dns = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';
    expect(toUuidV5('www.example.com', dns)).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('are the same on every machine for a scenario', () => {
    expect(toScenarioId('sgd.Homes_1.FindHome')).toBe(toScenarioId('sgd.Homes_1.FindHome'));
    expect(toScenarioId('sgd.Homes_1.FindHome')).toBe('63ba74ca-218e-582f-a4f0-dc21608130cd');
    expect(toScenarioId('sgd.Homes_1.BookVisit')).not.toBe(toScenarioId('sgd.Homes_1.FindHome'));
  });

  it('differ between the agents of files and the sessions of replays', () => {
    expect(getAgentIds('a').agentId).not.toBe(getAgentIds('b').agentId);
    expect(getAgentIds('a').tenantId).toBe(getAgentIds('b').tenantId);
    const one = getDialogueIds('run 1', 'a', 'd1').sessionId;
    expect(getDialogueIds('run 2', 'a', 'd1').sessionId).not.toBe(one);
    expect(getDialogueIds('run 1', 'a', 'd1').sessionId).toBe(one);
    expect(toTurnId(one, 1)).not.toBe(toTurnId(one, 2));
  });
});
