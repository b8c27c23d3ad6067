import type { RasaCondition, RasaRejection, SlotValue } from './project';
import type { YamlValue } from './yaml-value';

// Reads the parts that flows, domains and tests have in common.

/** Reads a condition; undefined if there is none. `if: False` is a boolean in YAML. */
export function readCondition(value: YamlValue | undefined): RasaCondition | undefined {
  if (value === undefined) return undefined;
  return { text: value.text, at: value.at, columnOffset: value.textColumnOffset };
}

/** Reads `rejections`, a list of `if` and `utter`. */
export function readRejections(value: YamlValue | undefined): readonly RasaRejection[] {
  return (value?.items ?? []).flatMap((item) => {
    const condition = readCondition(item.get('if'));
    return condition === undefined ? [] : [{ condition, utter: item.get('utter')?.text ?? '' }];
  });
}

/** Reads a scalar or a list of scalars; null for anything else. */
export function readSlotValue(value: YamlValue | undefined): SlotValue {
  if (value === undefined) return null;
  if (value.isList) return value.items.map(({ scalar }) => scalar ?? null);
  return value.scalar ?? null;
}
