import type { MessagePlan } from './message-plan';
import { fullValidationRequired, MessageWalker, tooManyParts } from './message-walker';
import { type WireFindings, type WireLimits, WireReport } from './wire-report';

/**
 * Performs fast validation. Returns the bytes with every UUID in lower case if the request certainly satisfies the contract, so that
 * full validation would find nothing. Undefined means that full validation has to decide, which costs twenty times as much and is
 * rare (ADR 0010).
 */
export function validateFast(plan: MessagePlan, bytes: Uint8Array, limits: WireLimits): Uint8Array | undefined {
  try {
    const walker = new MessageWalker(bytes, limits, undefined);
    walker.walk(plan);
    return walker.getNormalizedBytes();
  } catch (error) {
    if (error === fullValidationRequired) return undefined;
    throw error;
  }
}

/**
 * Performs the first part of full validation: finds content that the two decoders would read differently or drop silently, or that
 * would take too long to decode. Examples are wire types that do not match the field, messages in several parts, the map key
 * `__proto__`, JSON values that are empty, not finite, too deep or too many, and lists above their limit. Ends at the first part above the limit on parts.
 *
 * @throws MalformedMessageError if the bytes are not a message of this type.
 */
export function findWireViolations(plan: MessagePlan, bytes: Uint8Array, limits: WireLimits): WireFindings {
  const report = new WireReport(bytes);
  const walker = new MessageWalker(bytes, limits, report);
  try {
    walker.walk(plan);
  } catch (error) {
    if (error !== tooManyParts) throw error;
  }
  report.normalizedBytes = walker.getNormalizedBytes();
  return report;
}
