#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { addBaseline } from './cli/baseline';
import { addBench } from './cli/bench';
import { addEvaluate } from './cli/evaluate';
import { addFlow } from './cli/flow';
import { asTyped } from './cli/options';
import { addSample } from './cli/sample';
import { Streams } from './cli/streams';
import { addSurprise } from './cli/surprise';
import type { Surroundings } from './cli/surroundings';
import { addTrain } from './cli/train';
import { allowRelaxedSimd } from './cli/v8-flags';
import { UserError } from './text/user-error';

/** The command line: the same core as in VS Code. A person's mistake is one line on stderr and exit code 2. */
async function main(): Promise<void> {
  allowRelaxedSimd();
  const streams = new Streams();
  const surroundings: Surroundings = { dist: __dirname, streams, out: streams.out, say: streams.say };
  const program = new Command('recurrent')
    .description('Train, measure and sample recurrent language models.')
    .version(version)
    .showSuggestionAfterError()
    .configureOutput({ outputError: (message, write) => write(oneSentence(message)) })
    .exitOverride();
  for (const add of [addTrain, addEvaluate, addSample, addSurprise, addFlow, addBaseline, addBench])
    add(program, surroundings);
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync();
  } catch (error) {
    if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
    else if (error instanceof UserError) {
      void streams.say(asTyped(`recurrent: ${error.message.replace(/^recurrent: /, '')}`));
      process.exitCode = 2;
    } else throw error;
  }
  streams.end();
}

/** What commander says of a wrong option, in one line and as everything else is said. */
function oneSentence(message: string): string {
  const [said, suggestion] = message.trim().split('\n');
  const guess = /\(Did you mean (.*)\?\)/.exec(suggestion ?? '')?.[1];
  return `recurrent: ${said.replace(/^error: /, '')}${guess ? `; did you mean ${guess}?` : ''}\n`;
}

void main();
