import { SimulateTurnsResponse } from '../../../gen/focal/orchestration/v1/scenario_service';
import { DifferenceGroup } from '../../../gen/focal/orchestration/v1/simulation';
import { fitGroups } from '../../../src/server/grpc/methods/fit-groups';
import { range } from '../../support/range';

const response = SimulateTurnsResponse.fromPartial({
  turnCount: 10,
  groups: range(100, (index) =>
    DifferenceGroup.fromPartial({ kind: 2, turnCount: index, cause: { description: 'x'.repeat(500) } }),
  ),
});

const getSize = (message: SimulateTurnsResponse): number => SimulateTurnsResponse.encode(message).finish().length;

test('groups that fit are all in the response', () => {
  expect(fitGroups(response, getSize(response) + 1_000)).toBe(response);
});

test.each([100, 1_000, 5_000, 20_000])(
  'the first groups that fit into %d bytes are in the response, and the others are counted',
  (maxBytes) => {
    const cut = fitGroups(response, maxBytes);
    expect(getSize(cut)).toBeLessThanOrEqual(maxBytes);
    expect(cut.groups).toEqual(response.groups.slice(0, cut.groups.length));
    expect(cut.groups.length + cut.omittedGroups).toBe(100);
    expect(cut.groups.length).toBeGreaterThanOrEqual(Math.floor(maxBytes / 530) - 1);
    expect(cut.turnCount).toBe(10);
  },
);
