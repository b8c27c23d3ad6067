// Licences that a service may be shipped with as it is: permissive ones, whose notices are in the packages themselves, and those whose
// conditions concern the package alone.
const allowed = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'EPL-2.0 OR GPL-3.0-or-later', // elkjs, under the EPL: its conditions concern its own files, which are shipped as they come
  'ISC',
  'MIT',
  'Unlicense',
]);

/** A line for each component of a CycloneDX document that says nothing of its licence, or names another one. */
export function licenceProblems(components) {
  return components.flatMap(({ name, version, licenses = [] }) => {
    const named = licenses.flatMap(({ license, expression }) => license?.id ?? license?.name ?? allOf(expression));
    if (named.length > 0 && named.every((licence) => allowed.has(licence))) return [];
    const what = named.join(', ') || 'no licence';
    return [
      `${name}@${version} has ${what}: find out whether it may be shipped, and add it to scripts/licences.mjs or do without`,
    ];
  });
}

/** The licences that hold together. Where there is a choice, nothing is chosen here. */
function allOf(expression) {
  return expression.replace(/^\((.*)\)$/, '$1').split(' AND ');
}
