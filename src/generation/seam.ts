import type { Engine } from '../engine/engine';
import type { Cover } from '../text/cover';
import type { Tokenizer } from '../text/tokenizer';
import type { Choices } from './choices';
import { copyState, type Place, Reader } from './reading';

// N ways to go on.

/** The end of a prompt, which is read together with what follows it. */
export interface Stump {
  /** Text that the tokens to come begin with. */
  readonly text: string;
  /** The ways to read it with what follows. */
  readonly covers: readonly Cover[];
  /** Where the model stands before it. */
  readonly place: Place;
  /** What has to follow it at once, though the prompt does not show it; empty if nothing. */
  readonly lead: string;
}

/** A token that reaches beyond the stump, and those within the stump before it. */
interface Way {
  readonly before: readonly number[];
  readonly isWhole: boolean;
  readonly place: Place;
  readonly id: number;
  /** −ln p of the tokens before it and of its own. */
  readonly nats: number;
}

/**
 * What may come first after a prompt that ends within a word, a space or another piece that more text may change: every token
 * that reaches beyond it, wherever in it that token begins. The probability of each is that of the tokens within the stump and of
 * its own, given that the text begins with the stump, so that nothing depends on where a person stopped typing. Yields while it
 * reads.
 */
export function* waysOn(engine: Engine, tokenizer: Tokenizer, stump: Stump): Generator<undefined, Choices> {
  const places = new Map([['', stump.place]]);
  const ways: Way[] = [];
  for (const { before, isWhole, next } of stump.covers) {
    const place = yield* placeAfter(engine, before, places);
    const nats = before.reduce((sum, id, n) => sum - (places.get(keyOf(before, n)) ?? stump.place).next[id], 0);
    const stream = tokenizer.stream();
    for (const id of before) stream.next(id);
    const unfit = new Set(stream.unfit());
    for (const id of next ?? Array.from(tokenizer.vocabulary.keys())) {
      if (id === tokenizer.unknown || unfit.has(id)) continue;
      const way = { before, isWhole, place, id, nats: nats - place.next[id] };
      if (way.nats !== Number.POSITIVE_INFINITY) ways.push(way);
    }
  }
  return choicesOf(tokenizer, stump, ways);
}

const keyOf = (ids: readonly number[], count = ids.length) => ids.slice(0, count).join();

/** Where the model stands after some tokens of the stump, read from the longest part of them that was read before. */
function* placeAfter(engine: Engine, ids: readonly number[], places: Map<string, Place>): Generator<undefined, Place> {
  let known = ids.length;
  while (!places.has(keyOf(ids, known))) known--;
  let place = places.get(keyOf(ids, known));
  const reader = new Reader(engine, place);
  for (let n = known; n < ids.length; n++) {
    yield* reader.take([ids[n]]);
    place = reader.place;
    places.set(keyOf(ids, n + 1), place);
  }
  return place ?? reader.place;
}

function choicesOf(tokenizer: Tokenizer, { text, lead }: Stump, ways: readonly Way[]): Choices {
  const least = ways.reduce((best, { nats }) => Math.min(best, nats), Number.POSITIVE_INFINITY);
  const total = ways.reduce((sum, { nats }) => sum + Math.exp(least - nats), 0);
  const logProbabilities = Float64Array.from(ways, ({ nats }) => least - nats - Math.log(total)); // (N)
  const decode = (choice: number) => {
    const { before, isWhole, id } = ways[choice];
    const stream = tokenizer.stream();
    const within = before.map((one) => stream.next(one)).join('');
    const last = stream.next(id);
    return { text: isWhole ? last : (within + last).slice(text.length), stream };
  };
  const led = logProbabilities.map((value, choice) =>
    lead === '' || decode(choice).text.startsWith(lead) ? value : Number.NEGATIVE_INFINITY,
  ); // (N)
  return {
    logProbabilities,
    allowed: led.some((value) => value !== Number.NEGATIVE_INFINITY) ? led : logProbabilities,
    ids: (choice) => [...ways[choice].before, ways[choice].id],
    decode,
    state: (choice) => copyState(ways[choice].place.state),
    after: (choice) => (ways[choice].isWhole ? undefined : tokenizer.after(ways[choice].id)),
  };
}
