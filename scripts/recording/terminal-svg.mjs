// Draws terminal lines with ANSI escape sequences as SVG. The window is dark on both light and dark pages.

const cell = { width: 8.43, height: 19, size: 14 };
const padding = { side: 20, top: 46, bottom: 16 };
const styles = {
  1: 'fill="#f0f6fc" font-weight="bold"',
  2: 'fill="#8b949e"',
  31: 'fill="#ff7b72"',
  32: 'fill="#7ee787"',
  33: 'fill="#e3b341"',
  34: 'fill="#79c0ff"',
  35: 'fill="#d2a8ff"',
};
const fontFamily = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const escapeCharacter = '\u001b';
const segmentRegExp = new RegExp(`${escapeCharacter}\\[(\\d+)m|([^${escapeCharacter}]+)`, 'g');
const dotColors = ['#ff5f56', '#ffbd2e', '#27c93f'];

export function renderTerminalSvg(lines, columns) {
  const width = Math.ceil(columns * cell.width) + 2 * padding.side;
  const height = lines.length * cell.height + padding.top + padding.bottom;
  const dots = dotColors.map((color, index) => `<circle cx="${22 + 20 * index}" cy="20" r="6" fill="${color}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>A terminal session that tests, stores and uses scenarios</title>',
    `<rect width="${width}" height="${height}" rx="10" fill="#161b22" stroke="#30363d"/>`,
    ...dots,
    `<g font-family="${fontFamily}" font-size="${cell.size}" fill="#c9d1d9" xml:space="preserve">`,
    ...lines.flatMap((line, index) => createLineElements(line, padding.top + (index + 0.7) * cell.height)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Creates one element per segment, with the position and the width of its columns, so that the segments align in any font. */
function createLineElements(line, y) {
  let column = 0;
  let style = '';
  const elements = [];
  for (const [, code, text] of line.matchAll(segmentRegExp)) {
    if (code !== undefined) style = styles[code] ?? '';
    else {
      if (text.trim() !== '') elements.push(createTextElement(text, column, y, style));
      column += text.length;
    }
  }
  return elements;
}

function createTextElement(text, column, y, style) {
  const x = (padding.side + column * cell.width).toFixed(1);
  const length = (text.length * cell.width).toFixed(1);
  return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${style}>${escapeXml(text)}</text>`;
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
