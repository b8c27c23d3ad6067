import type { Command } from 'commander';
import { createCommand } from '../command';

export function createServeCommand(): Command {
  return createCommand('serve', {
    summary: 'start the service',
    description:
      'Starts the service with the settings of its configuration files and environment (docs/configuration.md).',
  }).action(async () => {
    // Telemetry instruments modules as they are loaded, so it comes first. Both modules run when they are loaded.
    await import('../../server/telemetry/preload.js');
    await import('../../server/main.js');
  });
}
