import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { listConversationFiles } from '../../../src/cli/conversation-tests/list-conversations';

test('a folder lists its conversations and those of subfolders, without the files that conversations name', () => {
  const folder = mkdtempSync(join(tmpdir(), 'list-conversations-'));
  mkdirSync(join(folder, 'more'));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  write('b.yaml', 'name: B\n');
  write('a.yaml', '$schema: x\nturns: []\n');
  write('scenario.yaml', 'name: A\nscenario_id: x\n');
  write('related.yaml', 'relationships: []\n');
  write('fields.yaml', 'fields: []\n');
  write('README.md', 'name: C\n');
  write(join('more', 'c.json'), '{"name": "C"}');
  try {
    const files = listConversationFiles(folder).map((file) => relative(folder, file));
    expect(files).toEqual(['a.yaml', 'b.yaml', join('more', 'c.json')]);
    expect(listConversationFiles(join(folder, 'fields.yaml'))).toEqual([join(folder, 'fields.yaml')]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
