import type { RunSummary } from '../protocol/runs';

/** What is known of a run whose model may serve. */
export interface Candidate {
  readonly summary: Pick<RunSummary, 'source' | 'state' | 'started' | 'prepared' | 'latest' | 'hasCheckpoint'>;
  readonly isLive: boolean;
  /** Whether it was trained in this window. */
  readonly wasTouched: boolean;
  /** Where its text is. */
  readonly uri: Place | undefined;
}

/** As much of a URI as is needed. */
interface Place {
  readonly scheme: string;
  toString(): string;
}

/** Where a model is to serve. */
export interface Served {
  readonly uri: Place;
  readonly languageId: string;
}

/** A measurement of the weights that serve, on validation text. */
interface Measured {
  readonly perplexity: number;
  readonly bitsPerCharacter: number;
}

/** Validation tokens without which a measurement says nothing. */
const fewestTokens = 64;
/** Characters of a text from which on its model may have learnt more than that one text. */
const fewestCharacters = 50_000;
/** Models whose bits per character differ by no more than this factor are as good as one another: the newest of them serves. */
const alike = 1.03;

/** Languages whose texts are written for people: a model of one serves in all of them. */
const prose = new Set(['plaintext', 'markdown', 'latex', 'tex', 'restructuredtext', 'asciidoc', 'quarto', 'rmarkdown']);
/** Languages that are dialects of one another. */
const dialects: readonly (readonly string[])[] = [
  ['typescript', 'typescriptreact', 'javascript', 'javascriptreact'],
  ['c', 'cpp', 'cuda-cpp', 'objective-c', 'objective-cpp'],
  ['json', 'jsonc', 'jsonl'],
  ['css', 'scss', 'less'],
];

/**
 * The run whose model serves in a document; undefined if there is none. Unasked, a model serves only if it is of the
 * document's kind and better than the 2-gram of its own text (see `isUseful`). A model of this very document comes before all
 * others, then those of texts that are not short, then the best on validation text, by bits per character, of which the newest
 * of those that are about as good: a run under way takes the place of an older model once it has become as good as that, and
 * an experiment that is worse never does. Asked for, models that are not useful, or of another kind, serve if there is no other.
 * @param languageOf the language of a file, by its name
 */
export function chooseModel<T extends Candidate>(
  runs: readonly T[],
  served: Served,
  languageOf: (name: string) => string,
  asked: boolean,
): T | undefined {
  const models = runs.filter(({ summary }) => summary.hasCheckpoint);
  const own = models.filter((run) => isOf(run, served));
  const related = models.filter((run) => areRelated(languageOf(run.summary.source), served.languageId));
  const useful = pickBest(own.filter(isUseful)) ?? pickBest(related.filter(isUseful));
  return useful ?? (asked ? (pickBest(own) ?? pickBest(related) ?? pickBest(models)) : undefined);
}

/**
 * Whether a model has learnt enough to be listened to: on validation text it is better than the 2-gram of its own text, and than
 * what guesses more simply. A run that holds nothing out cannot be told from one that has learnt its text by heart.
 */
export function isUseful(run: Candidate): boolean {
  const { prepared } = run.summary;
  const baselines = prepared?.baselines?.filter(({ name }) => simplest.includes(name)) ?? [];
  if (!prepared || baselines.length === 0 || !(prepared.validationTokens >= fewestTokens)) return false;
  const { perplexity } = measured(run);
  return baselines.every((baseline) => perplexity < baseline.perplexity);
}

const simplest = ['uniform', 'unigram', '2-gram'];

/** Whether two languages, by their identifiers, are of one kind. */
export function areRelated(a: string, b: string): boolean {
  return a === b || (prose.has(a) && prose.has(b)) || dialects.some((group) => group.includes(a) && group.includes(b));
}

/** Whether a run learnt this very document. The names of untitled ones mean others in another window. */
function isOf({ uri, wasTouched }: Candidate, served: Served): boolean {
  if (uri?.toString() !== served.uri.toString()) return false;
  return wasTouched || uri.scheme !== 'untitled';
}

function pickBest<T extends Candidate>(runs: readonly T[]): T | undefined {
  const long = runs.filter(({ summary: { prepared } }) => {
    return (prepared?.trainingTokens ?? 0) * (prepared?.charactersPerToken ?? 0) >= fewestCharacters;
  });
  const among = long.length > 0 ? long : runs;
  const bits = among.map((run) => measured(run).bitsPerCharacter);
  const least = Math.min(...bits) * alike;
  const good = among.filter((_, index) => bits[index] <= least);
  return good.reduce<T | undefined>((a, b) => (a && a.summary.started >= b.summary.started ? a : b), undefined);
}

/** How good the weights that serve are: of a run under way the newest, later the best. Infinite while nothing is measured. */
function measured({ summary: { latest }, isLive }: Candidate): Measured {
  const { validationPerplexity, bitsPerCharacter, bestPerplexity, bestBitsPerCharacter } = latest ?? {};
  return isLive
    ? { perplexity: orInfinite(validationPerplexity), bitsPerCharacter: orInfinite(bitsPerCharacter) }
    : {
        perplexity: orInfinite(bestPerplexity),
        bitsPerCharacter: orInfinite(bestBitsPerCharacter ?? bitsPerCharacter),
      };
}

/** Records on disk have no number where one is not finite. */
function orInfinite(value: number | undefined): number {
  return value !== undefined && value >= 0 ? value : Number.POSITIVE_INFINITY;
}
