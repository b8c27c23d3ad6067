/** The parts of schemas/openapi.json that the page shows. */
export interface OpenApiDocument {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, { readonly post: OpenApiOperation }>>;
}

interface OpenApiOperation {
  readonly operationId: string;
  readonly description: string;
  readonly tags: readonly string[];
  readonly requestBody: { readonly content: Readonly<Record<string, { readonly example?: unknown }>> };
}

export const referenceStyle = `
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c1c1c; background: #fff; }
code, pre { font: 14px/1.45 ui-monospace, monospace; }
pre { overflow-x: auto; padding: .75rem 1rem; background: #f4f4f2; }
h3 { margin-top: 2.5rem; }
@media (prefers-color-scheme: dark) {
  body { color: #e8e8e6; background: #1b1b1a; }
  pre { background: #2a2a28; }
  a { color: #9cc4ff; }
}
`;

/** Renders the page with all methods. It has no scripts and loads nothing. */
export function renderReference({ info, paths }: OpenApiDocument): string {
  const operations = Object.entries(paths).map(([path, { post }]) => ({ path, ...post }));
  const services = [...new Set(operations.flatMap(({ tags }) => tags))];
  const sections = services.map((service) => {
    const ofService = operations.filter(({ tags }) => tags.includes(service));
    return `<h2>${escapeHtml(service)}</h2>\n${ofService.map(renderOperation).join('\n')}`;
  });
  const links = operations.map(
    ({ operationId }) => `<a href="#${escapeHtml(operationId)}">${escapeHtml(operationId)}</a>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escapeHtml(info.title)}</title>
<style>${referenceStyle}</style>
</head>
<body>
<h1>${escapeHtml(info.title)} ${escapeHtml(info.version)}</h1>
<p>${escapeHtml(info.description)}</p>
<p>All messages and fields: <a href="/openapi.json">openapi.json</a>.</p>
<p>${links.join(' · ')}</p>
${sections.join('\n')}
</body>
</html>
`;
}

function renderOperation({
  path,
  operationId,
  description,
  requestBody,
}: OpenApiOperation & { readonly path: string }): string {
  const example = Object.values(requestBody.content)[0]?.example;
  const paragraphs = description.split('\n\n').map((text) => `<p>${escapeHtml(text)}</p>`);
  return [
    `<h3 id="${escapeHtml(operationId)}">${escapeHtml(operationId)}</h3>`,
    `<p><code>POST ${escapeHtml(path)}</code></p>`,
    ...paragraphs,
    example === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(example, null, 2))}</pre>`,
  ].join('\n');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}
