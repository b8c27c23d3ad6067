import { SimulateTurnsResponse } from '../../../../gen/focal/orchestration/v1/scenario_service';
import { DifferenceGroup } from '../../../../gen/focal/orchestration/v1/simulation';

/** Bytes of a group in a response in addition to its content. */
const overheadBytes = 6;

/** Lists the first groups that fit into a response of `maxBytes`, and counts the others. */
export function fitGroups(response: SimulateTurnsResponse, maxBytes: number): SimulateTurnsResponse {
  const { groups } = response;
  let remainingBytes =
    maxBytes - SimulateTurnsResponse.encode({ ...response, groups: [] }).finish().length - overheadBytes;
  const end = groups.findIndex((group) => {
    remainingBytes -= DifferenceGroup.encode(group).finish().length + overheadBytes;
    return remainingBytes < 0;
  });
  return end === -1 ? response : { ...response, groups: groups.slice(0, end), omittedGroups: groups.length - end };
}
