import type { Command } from 'commander';
import { createCommand } from '../command';

export function createServeCommand(): Command {
  return createCommand('serve', {
    summary: 'start the service',
    description:
      'Starts the service with the settings of its configuration files and environment (docs/configuration.md).',
  }).action(async () => {
    // The log starts before the service. Both modules run on import.
    await import('../../server/telemetry/preload.js');
    await import('../../server/main.js');
  });
}
