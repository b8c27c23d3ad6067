#!/usr/bin/env node
import { createProgram } from './program';

process.stdout.on('error', () => process.exit(1)); // `... | head` closes it
void createProgram().parseAsync(process.argv);
