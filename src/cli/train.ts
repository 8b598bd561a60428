import { resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import { type Command, Option } from 'commander';
import { readCheckpoint } from '../model/checkpoint';
import { parseConfiguration } from '../model/configuration';
import { type PresetName, presets, withPreset } from '../model/presets';
import { TrainingControl } from '../training/control';
import type { TrainingEvent } from '../training/events';
import { run } from '../training/run';
import { checkWritable, nameOf, readBytes } from './files';
import { adviceAfterDivergence, Keeper } from './keeper';
import { addOptions, asTyped, configurationFrom } from './options';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf, readTextBytes } from './texts';
import { allowRevectorization } from './v8-flags';

const groups = ['text', 'model', 'training', 'generation'] as const;

/** `recurrent train FILE`: trains, prints events, writes a checkpoint. */
export function addTrain(program: Command, { dist, out, say }: Surroundings): void {
  const command = program
    .command('train')
    .argument('<file>', 'the text to learn')
    .description('Train a model on a text.')
    .option('--json', 'print each event as one line of JSON on stdout')
    .option('--checkpoint <file>', 'write the best model here (the last good one if nothing is held out)')
    .option('--resume <file>', 'go on from a checkpoint; its options are the defaults then')
    .addOption(new Option('--preset <name>', 'begin with the options of a preset').choices(Object.keys(presets)));
  addOptions(addEncoding(command), groups).action(async (file: string, options: Record<string, unknown>) => {
    const resume = options.resume ? readBytes(String(options.resume)) : undefined;
    const saved = resume && readCheckpoint(resume, String(options.resume)).configuration;
    const base = options.preset
      ? withPreset(saved ?? parseConfiguration({}, 'recurrent'), options.preset as PresetName)
      : saved;
    const configuration = configurationFrom(options, groups, base);
    if (configuration.training.revectorize) allowRevectorization();
    const target = options.checkpoint ? String(options.checkpoint) : undefined;
    if (target) checkWritable(target);
    const encoding = encodingOf(options);
    const request = { text: readTextBytes(file), source: nameOf(file), encoding, configuration, resume, dist };
    const control = new TrainingControl();
    const interrupted = () => {
      say('Stopping after this step.');
      control.stop();
    };
    process.once('SIGINT', interrupted);
    const clock = {
      now: () => performance.now(),
      breathe: () => new Promise<void>((done) => setImmediate(done)),
    };
    const keeper = new Keeper(target);
    let diverged = false;
    let diagnosis: string | undefined;
    let spokenAt = 0;
    try {
      for await (const event of run(request, control, clock)) {
        if (event.event === 'checkpoint') keeper.take(event);
        else if (options.json) {
          out(JSON.stringify(event));
        } else if (event.event !== 'step' || performance.now() - spokenAt > 1000) {
          if (event.event === 'step') spokenAt = performance.now();
          for (const line of linesOf(event)) say(line);
        }
        if (event.event === 'prepared') diagnosis = event.diagnosis;
        diverged ||= event.event === 'diverged';
      }
    } finally {
      process.off('SIGINT', interrupted);
    }
    if (diverged) process.exitCode = 1;
    else if (diagnosis && !options.json) say(asTyped(diagnosis));
    const overResumed =
      resume !== undefined && target !== undefined && resolve(target) === resolve(String(options.resume));
    const kept = keeper.close(overResumed && !diverged);
    if (!kept) return;
    if (diverged) say(adviceAfterDivergence(kept.step, file, configuration.training, target, encoding));
    else if (target && kept.isResumed) {
      say(`Nothing measured better than the model that was resumed, which ${target} holds.`);
    } else if (target) {
      const untrained =
        kept.step === 0 ? ' holds the untrained model: the run ended before there was a better one' : '';
      say(`Checkpoint: ${target}${untrained}`);
    }
  });
}

/** An event as lines for a person. */
function linesOf(event: TrainingEvent): string[] {
  switch (event.event) {
    case 'prepared':
      return [
        ...event.notes.map(asTyped),
        `${event.trainingTokens} training and ${event.validationTokens} validation tokens, vocabulary ${event.vocabulary}, ${event.parameters} parameters, ${event.totalSteps} steps of ${event.batch} × ${event.steps} tokens, ${event.engine} engine.`,
        ...event.baselines.map(({ name, perplexity }) => `Baseline ${name}: perplexity ${perplexity.toFixed(2)}.`),
        ...(event.diagnosis ? [asTyped(event.diagnosis)] : []),
      ];
    case 'step': {
      const bite = event.clipped ? `, clipped × ${event.clipScale.toPrecision(2)}` : '';
      return [
        `step ${event.step}  epoch ${event.epoch.toFixed(2)}  perplexity ${event.perplexity.toFixed(2)}  ‖g‖ ${event.gradNorm.toPrecision(3)}${bite}  ${event.tokensPerSecond} tokens/s`,
      ];
    }
    case 'epoch':
      return [`epoch ${event.epoch}: training perplexity ${event.perplexity.toFixed(3)}`];
    case 'evaluating':
      return [`step ${event.step}: evaluating on ${event.tokens} validation tokens …`];
    case 'evaluation':
      return [
        `step ${event.step}: validation perplexity ${event.perplexity.toFixed(3)}, ${event.bitsPerCharacter.toFixed(3)} bits per character${event.best ? ', the best so far' : ''}. ${event.diagnosis}`.trimEnd(),
      ];
    case 'continuation':
      return [`  ${JSON.stringify(event.prompt)} → ${JSON.stringify(event.text)}`];
    case 'mark':
      return [`step ${event.step}: ${event.text}`];
    case 'finished':
      return [`Finished at step ${event.step} (${event.reason}).`];
    case 'diverged':
      return [asTyped(`Diverged after step ${event.step}: ${event.why} ${event.remedy}`)];
    case 'flow':
    case 'checkpoint':
      return [];
  }
}
