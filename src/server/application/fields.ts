import { compileFieldsInParts, type FieldFinding } from '../../core/fields/compile-fields';
import type { FieldDefinition, StoredFields } from '../../core/model/field-definition';
import { OrchestratorError } from '../../core/model/orchestrator-error';
import type { CompileOptions } from '../../core/scenario/compile-options';
import type { Call } from '../ports/call';
import type { Clock } from '../ports/clock';
import type { ContentHasher } from '../ports/content-hasher';
import type { AgentKey, ScenarioCatalogue } from '../ports/scenario-catalogue';
import type { CompiledCatalogue } from './compiled-catalogue';
import { runInParts } from './run-in-parts';
import { checkStoredSize, type StoredSizeDependencies } from './stored-size';
import { createDefinitionAllowance } from './validate-scenario';

export interface PutFieldsDependencies extends StoredSizeDependencies {
  readonly scenarios: Pick<ScenarioCatalogue, 'putFields'>;
  readonly catalogue: Pick<CompiledCatalogue, 'applyChange'>;
  readonly contentHasher: Pick<ContentHasher, 'hashFields'>;
  readonly clock: Clock;
  readonly compileOptions: Pick<CompileOptions, 'conditionLimits' | 'definitionWork'>;
  /** Returns the number of bytes of encoded field definitions. */
  readonly measureFieldsBytes: (stored: StoredFields) => number;
}

/** The version with the longest encoding. */
const maxVersion = 4_294_967_295;

/** Field definitions to store. */
export interface PutFieldsCommand {
  readonly agent: AgentKey;
  readonly definitions: readonly FieldDefinition[];
  /** The stored version must equal this. 0 requires that no version is stored; undefined accepts any version. */
  readonly expectedVersion: number | undefined;
}

/** Field definitions that were stored. */
export interface PutFieldsResult {
  readonly stored: StoredFields;
  /** False if the latest stored version already has the same definitions. */
  readonly created: boolean;
  /** Only WARNINGs, because an ERROR is refused. */
  readonly findings: readonly FieldFinding[];
  /** The number of findings that are not listed. */
  readonly omittedFindings: number;
}

/**
 * Checks the field definitions of an agent and stores them as a new version, unless they equal the stored version (section 10).
 *
 * @throws OrchestratorError FIELDS_REFUSED with every finding if one is an ERROR; VERSION_MISMATCH if `expectedVersion` is not the stored
 * version; TOO_LARGE if the definitions could not be received when they are read. Nothing is stored then.
 */
export async function putFields(
  deps: PutFieldsDependencies,
  { agent, definitions, expectedVersion }: PutFieldsCommand,
  call: Call,
): Promise<PutFieldsResult> {
  const { scenarios, catalogue, contentHasher, clock, compileOptions } = deps;
  const allowance = createDefinitionAllowance(compileOptions);
  const parts = compileFieldsInParts(definitions, compileOptions.conditionLimits, allowance);
  const { findings, omittedFindings } = await runInParts(parts, allowance, { call, clock });
  refuseInvalidFields(findings, 'definitions');
  const options = { contentHash: contentHasher.hashFields(definitions), storedAt: clock.now(), expectedVersion };
  const stored = { definitions, version: maxVersion, contentHash: options.contentHash, storedAt: options.storedAt };
  checkStoredSize(deps, 'The list of field definitions', deps.measureFieldsBytes(stored));
  const outcome = await catalogue.applyChange(agent, () => scenarios.putFields(agent, definitions, options, call));
  if (outcome.kind === 'conflict') throw createVersionMismatchError(expectedVersion, outcome.currentVersion);
  return { stored: outcome.stored, created: outcome.created, findings, omittedFindings };
}

/** Reads the field definitions of an agent from the store; undefined if none were stored. */
export function getFields(
  { scenarios }: { readonly scenarios: Pick<ScenarioCatalogue, 'getFields'> },
  agent: AgentKey,
  call: Call,
): Promise<StoredFields | undefined> {
  return scenarios.getFields(agent, call);
}

/**
 * Throws if a finding is an ERROR. `path` is the path of the field definitions in the request.
 *
 * @throws OrchestratorError FIELDS_REFUSED with every finding and its path.
 */
export function refuseInvalidFields(findings: readonly FieldFinding[], path: string): void {
  const errors = findings.filter(({ severity }) => severity === 'ERROR').length;
  if (errors === 0) return;
  const violations = findings.map(({ severity, code, message, fieldPath, line, column }) => ({
    field: `${path}.${fieldPath}`,
    description: `${severity} ${code}: ${message}${line > 0 ? ` (line ${line}, column ${column} of the rule)` : ''}`,
  }));
  const count = errors === 1 ? 'one error' : `${errors} errors`;
  throw new OrchestratorError('FIELDS_REFUSED', `The field definitions were refused: ${count}.`, { violations });
}

function createVersionMismatchError(expected: number | undefined, current: number): OrchestratorError {
  return new OrchestratorError(
    'VERSION_MISMATCH',
    `The field definitions are at version ${current}, not at ${expected ?? 0}. Read them again and edit that version.`,
    { metadata: { expected_version: String(expected ?? 0), current_version: String(current) } },
  );
}
