/** Licenses that need no action: permissive licenses, whose notices the packages contain, and licenses that affect only the package. */
const allowedLicenses = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'EPL-2.0 OR GPL-3.0-or-later', // elkjs, used under the EPL, which affects only its own, unmodified files.
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Returns a message for each component of a CycloneDX document with no license or one that is not allowed. */
export function findLicenseProblems(components) {
  return components.flatMap(({ name: component, version, licenses = [] }) => {
    const names = licenses.flatMap(
      ({ license, expression }) => license?.id ?? license?.name ?? splitExpression(expression),
    );
    if (names.length > 0 && names.every((name) => allowedLicenses.has(name))) return [];
    const actual = names.join(', ') || 'no license';
    return [
      `${component}@${version} has ${actual}: check whether it may be distributed, and add it to scripts/licenses.mjs or remove the package`,
    ];
  });
}

/** Splits an expression at AND. An OR is not split, because it is a choice. */
function splitExpression(expression) {
  return expression.replace(/^\((.*)\)$/, '$1').split(' AND ');
}
