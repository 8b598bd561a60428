/** What may be asked of the benchmark. */
export interface BenchOptions {
  readonly texts?: string;
  readonly pytorch?: string;
  readonly python: string;
  readonly seconds: number;
  readonly rounds: number;
  readonly only?: string;
  readonly tfjs: number;
  readonly threads: number;
  readonly revectorize?: boolean;
  readonly wide?: string;
  readonly json?: boolean;
}
