#!/usr/bin/env node
import { runProgram } from './command';
import { createProgram } from './program';

void createProgram(process.argv[2]).then(runProgram);
