import { createHash } from 'node:crypto';

/** The namespace of all ids, so that a scenario has the same id on every machine. */
const replayNamespace = '6f2c1d0e-9a54-5b7e-8c3d-2b1a7e4f9c60';

/** Returns the UUID of version 5 (RFC 9562) of a name in a namespace. */
export function toUuidV5(name: string, namespace: string = replayNamespace): string {
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

/** Converts a scenario id of the data to a UUID. */
export function toScenarioId(scenarioId: string): string {
  return toUuidV5(`scenario/${scenarioId}`);
}

/** The ids that all turns of a dialogue share. */
export interface DialogueIds {
  readonly tenantId: string;
  readonly agentId: string;
  readonly sessionId: string;
}

/** Returns the tenant of all replays, and the agent whose catalogue has the scenarios of a file. */
export function getAgentIds(file: string): Pick<DialogueIds, 'tenantId' | 'agentId'> {
  return { tenantId: toUuidV5('tenant'), agentId: toUuidV5(`agent/${file}`) };
}

/** Returns the ids of a dialogue. A different `run` results in different sessions. */
export function getDialogueIds(run: string, file: string, dialogueId: string): DialogueIds {
  return { ...getAgentIds(file), sessionId: toUuidV5(`session/${run}/${file}/${dialogueId}`) };
}

/** Returns the id of a turn of a session. `sequence` starts at 1. */
export function toTurnId(sessionId: string, sequence: number): string {
  return toUuidV5(`turn/${sequence}`, sessionId);
}
