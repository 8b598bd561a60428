/**
 * The one seeded generator behind all randomness: xoshiro128** (Blackman and Vigna, 2018), seeded through splitmix32.
 * Its four words can be saved and restored, so that a resumed run goes on as if it had never stopped.
 */
export class Random {
  private s: Uint32Array;

  constructor(seed: number) {
    let x = seed >>> 0;
    this.s = Uint32Array.from({ length: 4 }, () => {
      x = (x + 0x9e3779b9) >>> 0;
      let z = x;
      z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      return (z ^ (z >>> 15)) >>> 0;
    });
  }

  /** A 32-bit unsigned integer. */
  integer32(): number {
    const s = this.s;
    const product = Math.imul(s[1], 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = (s[3] << 11) | (s[3] >>> 21);
    return result;
  }

  /** Uniform in [0, 1), with 53 random bits. */
  uniform(): number {
    return ((this.integer32() >>> 5) * 67108864 + (this.integer32() >>> 6)) / 9007199254740992;
  }

  /** A whole number in [0, n). */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Standard normal, by Box and Muller. */
  normal(): number {
    const u = 1 - this.uniform();
    return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * this.uniform());
  }

  /** The four words of state, to be saved. */
  save(): number[] {
    return Array.from(this.s);
  }

  /** A generator that goes on from saved words. */
  static restore(words: readonly number[]): Random {
    const random = new Random(0);
    random.s = Uint32Array.from(words);
    return random;
  }
}

/** A seed for one of many independent streams of a run, by the hash lowbias32 (Wellons, 2018) of both numbers. */
export function streamSeed(seed: number, stream: number): number {
  let x = (seed + Math.imul(stream + 1, 0x9e3779b9)) >>> 0;
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d);
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b);
  return (x ^ (x >>> 16)) >>> 0;
}
