import { performance } from 'node:perf_hooks';
import { type Command, Option } from 'commander';
import { parseConfiguration } from '../model/configuration';
import { type PresetName, presets, withPreset } from '../model/presets';
import { toJson } from '../protocol/json';
import { inDigits, inFigures, inPercent } from '../text/numbers';
import { showPath } from '../text/quote';
import { TrainingControl } from '../training/control';
import type { FinishedEvent, PreparedEvent, TrainingEvent } from '../training/events';
import { run } from '../training/run';
import { describeKept } from './advice';
import { nameOf, pathOf, readText } from './files';
import { Keeper } from './keeper';
import { addOptions, asTyped, configurationFrom } from './options';
import { guardOutputs } from './outputs';
import { ReadingLines } from './reading-lines';
import { checkPair, readResumed } from './resumed';
import { honourNohup, onEndAsked } from './signals';
import type { Surroundings } from './surroundings';
import { addEncoding, encodingOf } from './texts';
import { allowRevectorization } from './v8-flags';

const groups = ['text', 'model', 'training', 'generation'] as const;

/** Options of `train` that are none of the configuration's. */
interface TrainOptions extends Record<string, unknown> {
  readonly json?: boolean;
  readonly checkpoint?: string;
  readonly resume?: string;
  readonly force?: boolean;
  readonly preset?: PresetName;
}

/** `recurrent train FILE`: trains, prints events, writes a checkpoint. */
export function addTrain(program: Command, { dist, out, say, streams }: Surroundings): void {
  const command = program
    .command('train')
    .argument('<file>', 'the text to learn', pathOf('<file>'))
    .description('Train a model on a text.')
    .option('--json', 'print each event as one line of JSON on stdout')
    .option(
      '--checkpoint <file>',
      'write the best model here, and while it is not the newest, the newest beside it: to FILE.latest.safetensors for FILE.safetensors (the newest here, if nothing is held out)',
      pathOf('--checkpoint'),
    )
    .option(
      '--resume <file>',
      'go on from a checkpoint, or from the newest model beside it; its options are the defaults then',
      pathOf('--resume'),
    )
    .option('--force', 'replace a model of another run, once this one has learnt something')
    .addOption(new Option('--preset <name>', 'begin with the options of a preset').choices(Object.keys(presets)));
  addOptions(addEncoding(command), groups).action(async (file: string, options: TrainOptions) => {
    honourNohup();
    const { json, checkpoint, force = false } = options;
    const outputs =
      checkpoint === undefined ? undefined : guardOutputs({ checkpoint, text: file, resume: options.resume, force });
    const resumed = options.resume === undefined ? undefined : readResumed(options.resume);
    if (outputs?.isResumed && resumed && !force) checkPair(outputs, resumed);
    const saved = resumed?.from.checkpoint.configuration;
    const base = options.preset ? withPreset(saved ?? parseConfiguration({}, 'recurrent'), options.preset) : saved;
    const source = saved ? 'the checkpoint' : 'the preset';
    const stored = base && { configuration: base, source, say: (line: string) => void say(line) };
    const configuration = configurationFrom(options, groups, stored);
    if (configuration.training.revectorize) allowRevectorization();
    if (outputs) streams.needed = undefined;
    else if (!json) streams.needed = 'stderr';
    const encoding = encodingOf(options);
    const request = {
      text: await readText(file),
      source: nameOf(file),
      encoding,
      configuration,
      resume: resumed?.from.bytes,
      dist,
    };
    const control = new TrainingControl();
    const clock = {
      now: () => performance.now(),
      breathe: () => new Promise<void>((done) => setImmediate(done)),
    };
    if (resumed && resumed.from !== resumed.best) {
      const { from, best } = resumed;
      void say(
        `Going on from ${showPath(from.path)}, step ${from.step}; the best model, ${showPath(best.path)}, is of step ${best.step}.`,
      );
    }
    const keeper = new Keeper(outputs, resumed, (line) => void say(line));
    let ended: FinishedEvent['reason'] | 'diverged' | undefined;
    let isPrepared = false;
    /** What was said last of where the run stands, and what is to be said at its end. */
    let said: string | undefined;
    let diagnosis: string | undefined;
    let spokenAt = 0;
    const reading = new ReadingLines(request.source, clock.now);
    const settle = onEndAsked(() => {
      void say(isPrepared ? 'Stopping after this step.' : 'Stopping before the first step.');
      control.stop();
      streams.hurry();
    });
    try {
      for await (const event of run(request, control, clock)) {
        isPrepared ||= event.event === 'prepared';
        if (event.event === 'checkpoint') keeper.take(event);
        else if (json) await out(toJson(event));
        else if (event.event === 'reading') {
          const line = reading.line(event);
          if (line) await say(line);
        } else if (event.event !== 'step' || performance.now() - spokenAt > 1000) {
          if (event.event === 'step') spokenAt = performance.now();
          for (const line of linesOf(event)) await say(line);
        }
        if (event.event === 'evaluation') said = event.diagnosis;
        if (event.event === 'finished') ended = event.reason;
        if (event.event === 'finished' && event.diagnosis !== said) diagnosis = event.diagnosis;
        if (event.event === 'diverged') ended = 'diverged';
      }
      if (ended === 'diverged') process.exitCode = 1;
      else if (diagnosis && !json) void say(asTyped(diagnosis));
      const kept = keeper.close();
      if (kept) for (const line of describeKept(kept, file, ended, configuration.training, encoding)) void say(line);
    } finally {
      settle();
    }
  });
}

/** An event as lines for a person. */
function linesOf(event: TrainingEvent): string[] {
  switch (event.event) {
    case 'prepared':
      return [
        ...event.notes.map(asTyped),
        `${event.trainingTokens} training and ${event.validationTokens} validation tokens${unknownOf(event)}, vocabulary ${event.vocabulary}, ${event.parameters} parameters, ${event.totalSteps} steps of ${event.batch} × ${event.steps} tokens, ${engineOf(event)}.`,
        ...event.baselines.map(({ name, perplexity }) => `Baseline ${name}: perplexity ${inFigures(perplexity, 2)}.`),
        ...(event.diagnosis ? [asTyped(event.diagnosis)] : []),
      ];
    case 'step': {
      const bite = event.clipped ? `, clipped × ${inDigits(event.clipScale, 2)}` : '';
      return [
        `step ${event.step}  epoch ${event.epoch.toFixed(2)}  perplexity ${inFigures(event.perplexity, 2)}  ‖g‖ ${inDigits(event.gradNorm, 3)}${bite}  ${inFigures(event.tokensPerSecond, 0)} tokens/s`,
      ];
    }
    case 'epoch':
      return [`epoch ${event.epoch}: training perplexity ${inFigures(event.perplexity, 3)}`];
    case 'evaluating':
      return [`step ${event.step}: evaluating on ${event.tokens} validation tokens …`];
    case 'evaluation': {
      const { unknownShare = 0 } = event;
      const unknown = unknownShare > 0 ? `, ${inPercent(unknownShare)} <unk>` : '';
      return [
        `step ${event.step}: validation perplexity ${inFigures(event.perplexity, 3)}, ${inFigures(event.bitsPerCharacter, 3)} bits per character${unknown}${event.best ? ', the best so far' : ''}. ${asTyped(event.diagnosis)}`.trimEnd(),
      ];
    }
    case 'continuation':
      return [`  ${JSON.stringify(event.prompt)} → ${JSON.stringify(event.text)}`];
    case 'mark':
      return [asTyped(`step ${event.step}: ${event.text}`)];
    case 'finished':
      return [`Finished at step ${event.step} (${event.reason}).`];
    case 'diverged':
      return [asTyped(`Diverged after step ${event.step}: ${event.why} ${event.remedy}`)];
    case 'reading':
    case 'flow':
    case 'checkpoint':
      return [];
  }
}

/** The shares of unknown tokens, if there are any. */
function unknownOf({ trainingUnknownShare = 0, validationUnknownShare = 0 }: PreparedEvent): string {
  if (trainingUnknownShare === 0 && validationUnknownShare === 0) return '';
  return ` (${inPercent(trainingUnknownShare)} and ${inPercent(validationUnknownShare)} of them <unk>)`;
}

/** The engine, and how many threads it computes with. */
function engineOf({ engine, threads }: PreparedEvent): string {
  return `${engine} engine${engine === 'fused' ? `, ${threads} ${threads === 1 ? 'thread' : 'threads'}` : ''}`;
}
