#!/usr/bin/env node
import { program } from './program';

process.stdout.on('error', () => process.exit(1)); // `... | head` closes it
void program().parseAsync(process.argv);
