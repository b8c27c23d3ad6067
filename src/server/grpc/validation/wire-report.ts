import type { FieldViolation } from '../../../core/model/orchestrator-error';
import { FieldPath } from './field-path';
import type { FieldPlan } from './message-plan';

/** Limits that apply to requests of every type. */
export interface WireLimits {
  /** Maximum nesting of objects and lists in one JSON value. */
  readonly maxJsonDepth: number;
  /** Maximum number of JSON values in a request, including nested values. */
  readonly maxJsonValues: number;
  /** Maximum number of other messages and elements of lists in a request, at all levels; packed numbers do not count. */
  readonly maxParts: number;
}

/** The problems that a full walk found in the bytes of a request. */
export interface WireFindings {
  readonly violations: readonly FieldViolation[];
  /** Whether a singular message field occurs more than once. The wire format allows this, and the occurrences must be merged. */
  readonly hasSplitMessages: boolean;
  /** The bytes with every UUID in lower case. */
  readonly normalizedBytes: Uint8Array;
  /** Whether a limit on lists, parts or JSON values is exceeded, so that decoding would be too expensive. */
  readonly exceedsLimits: boolean;
}

const maxViolations = 200;

/** Collects the findings of a full walk, with the path of each violation. */
export class WireReport implements WireFindings {
  readonly violations: FieldViolation[] = [];
  normalizedBytes: Uint8Array;
  hasSplitMessages = false;
  exceedsLimits = false;
  /** The position of the walk. */
  readonly path: FieldPath;
  /** Depth of the path at the outermost JSON value around the current position. */
  private jsonRootDepth = 0;

  constructor(bytes: Uint8Array) {
    this.normalizedBytes = bytes;
    this.path = new FieldPath(bytes);
  }

  /** Records that the field at the current path is the outermost JSON value. */
  enterJsonRoot(): void {
    this.jsonRootDepth = this.path.depth;
  }

  /** Adds a violation at the current path. */
  add(description: string): void {
    this.push(this.path.toText(), description);
  }

  /** Adds a violation of a singular field of the message at the current path. */
  addAt(field: FieldPlan, description: string): void {
    this.path.enter(field.name);
    this.add(description);
    this.path.leave();
  }

  addTooManyElements(field: FieldPlan): void {
    this.exceedsLimits = true;
    this.addAt(field, `must contain no more than ${field.maxCount} item(s)`);
  }

  addTooManyJsonValues(max: number): void {
    this.exceedsLimits = true;
    this.push(this.path.toText(this.jsonRootDepth), `a request must contain no more than ${max} JSON values`);
  }

  /** Adds nothing if another limit explains the size of the request. */
  addTooManyParts(max: number): void {
    if (this.exceedsLimits) return;
    this.exceedsLimits = true;
    this.add(`a request must contain no more than ${max} messages and list elements; send less, or several requests`);
  }

  /** Adds one violation for an outermost JSON value, even if several parts of it are nested too deeply. */
  addTooDeep(max: number): void {
    const root = this.path.toText(this.jsonRootDepth);
    if (this.violations.at(-1)?.field === root) return;
    this.push(root, `must not nest objects and lists more than ${max} levels deep`);
  }

  private push(field: string, description: string): void {
    if (this.violations.length < maxViolations) this.violations.push({ field, description });
  }
}
