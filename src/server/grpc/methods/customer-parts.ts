import type { ExportCustomerResponse } from '../../../../gen/focal/orchestration/v1/session_service';
import { findFocusInstanceId } from '../../../core/model/focus';
import type { CustomerPart } from '../../application/customers';
import { sessionToProto } from '../../codec/wire/session-codec';
import { turnRecordToProto } from '../../codec/wire/turn-record-codec';

/** Converts a part of an export. `cursor` is that of the client. */
export function customerPartToProto(part: CustomerPart, cursor: string): ExportCustomerResponse {
  if ('session' in part) {
    return { session: sessionToProto(part.session, findFocusInstanceId(part.session)), turns: [], cursor };
  }
  const turns = part.turns.map((turn) => turnRecordToProto(turn, turn.supersededByTurnId));
  return { session: undefined, turns, cursor };
}
