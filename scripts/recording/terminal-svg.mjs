// Lines of a terminal, with its codes for colours, as a picture. The window is dark on light pages and on dark ones.

const CELL = { width: 8.43, height: 19, size: 14 };
const EDGE = { side: 20, top: 46, bottom: 16 };
const INKS = {
  1: 'fill="#f0f6fc" font-weight="bold"',
  2: 'fill="#8b949e"',
  31: 'fill="#ff7b72"',
  32: 'fill="#7ee787"',
  33: 'fill="#e3b341"',
  34: 'fill="#79c0ff"',
  35: 'fill="#d2a8ff"',
};
const FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
const ESCAPE = '\u001b';
const PIECES = new RegExp(`${ESCAPE}\\[(\\d+)m|([^${ESCAPE}]+)`, 'g');
const DOTS = ['#ff5f56', '#ffbd2e', '#27c93f'];

export function terminalSvg(lines, columns) {
  const width = Math.ceil(columns * CELL.width) + 2 * EDGE.side;
  const height = lines.length * CELL.height + EDGE.top + EDGE.bottom;
  const dots = DOTS.map((colour, index) => `<circle cx="${22 + 20 * index}" cy="20" r="6" fill="${colour}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>A terminal session that tests, stores and uses scenarios</title>',
    `<rect width="${width}" height="${height}" rx="10" fill="#161b22" stroke="#30363d"/>`,
    ...dots,
    `<g font-family="${FONT}" font-size="${CELL.size}" fill="#c9d1d9" xml:space="preserve">`,
    ...lines.flatMap((line, index) => lineElements(line, EDGE.top + (index + 0.7) * CELL.height)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Each piece of a line stands at its column and has its width, so that it fits whatever font there is. */
function lineElements(line, y) {
  let column = 0;
  let ink = '';
  const elements = [];
  for (const [, code, text] of line.matchAll(PIECES)) {
    if (code !== undefined) ink = INKS[code] ?? '';
    else {
      if (text.trim() !== '') elements.push(piece(text, column, y, ink));
      column += text.length;
    }
  }
  return elements;
}

function piece(text, column, y, ink) {
  const x = (EDGE.side + column * CELL.width).toFixed(1);
  const length = (text.length * CELL.width).toFixed(1);
  return `<text x="${x}" y="${y.toFixed(1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${ink}>${escaped(text)}</text>`;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
