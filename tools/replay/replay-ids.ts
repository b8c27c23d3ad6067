import { createHash } from 'node:crypto';

/** The namespace of all ids of the replay: one data set gives the same scenario ids on every machine. */
const NAMESPACE = '6f2c1d0e-9a54-5b7e-8c3d-2b1a7e4f9c60';

/** The UUID of version 5 (RFC 9562) of a name in a namespace. */
export function uuidV5(name: string, namespace: string = NAMESPACE): string {
  const bytes = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name, 'utf8')
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x50, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

/** The scenario's id in the contract: the data names scenarios by words. */
export function scenarioUuid(scenarioId: string): string {
  return uuidV5(`scenario/${scenarioId}`);
}

/** The ids that all turns of one dialogue share. */
export interface DialogueIds {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
}

/** The tenant that a replay writes into, and the agent whose catalogue holds the scenarios of one file. */
export function agentIds(file: string): Pick<DialogueIds, 'tenantId' | 'agentId'> {
  return { tenantId: uuidV5('tenant'), agentId: uuidV5(`agent/${file}`) };
}

/** The ids of a dialogue. `run` tells replays against one store apart: a session is never played into twice. */
export function dialogueIds(run: string, file: string, dialogueId: string): DialogueIds {
  return { ...agentIds(file), sessionId: uuidV5(`session/${run}/${file}/${dialogueId}`) };
}

/** The id of the n-th turn that is sent to a session. */
export function turnUuid(sessionId: string, sequence: number): string {
  return uuidV5(`turn/${sequence}`, sessionId);
}
