import type { SampledToken } from '../src/protocol/generation';
import type { PanelMethods } from '../src/protocol/panel';
import { type Caller, RemoteError } from '../src/protocol/rpc';
import type { RunSummary } from '../src/protocol/runs';
import { element, setShown, setText } from './dom';
import { PlaygroundOptions } from './playground-options';
import { TokenText } from './token-text';
import { button, textArea } from './ui';

/** A place to try the model: tokens stream in, tinted by surprise, and every one can be replaced by another it might have been. */
export class Playground {
  readonly element: HTMLElement;
  private readonly prompt = textArea('Prompt', '', { 'data-testid': 'playground-prompt' });
  private readonly options = new PlaygroundOptions();
  private readonly text = new TokenText((index, alternative) => this.branch(index, alternative));
  private readonly error = element('p', { class: 'field-error', role: 'alert', 'data-testid': 'playground-error' });
  private readonly summary = element('p', { class: 'quiet', role: 'status', 'data-testid': 'playground-summary' });
  private readonly generate = button('Generate', 'play', () => this.start(), {
    appearance: 'primary',
    'data-testid': 'playground-generate',
  });
  private readonly another = button('Another Seed', 'again', () => {
    this.options.nextSeed();
    this.start();
  });
  private readonly stop = button('Stop', 'stop', () => this.cancel());
  private run: RunSummary | undefined;
  private ticket = 0;
  private busy = false;
  /** Tokens received of the request that is under way. */
  private received = 0;

  /** @param typed is told the prompt as it is typed */
  constructor(
    private readonly caller: Caller<PanelMethods>,
    typed: (prompt: string) => void,
  ) {
    this.element = element(
      'section',
      { class: 'playground', 'aria-label': 'Playground', 'data-testid': 'playground' },
      element('header', {}, element('h2', {}, 'Playground')),
      this.prompt,
      this.options.element,
      element('div', { class: 'playground-actions' }, this.generate, this.another, this.stop),
      this.error,
      this.text.element,
      this.summary,
    );
    this.prompt.addEventListener('input', () => typed(this.prompt.value));
    this.prompt.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.start();
    });
    setShown(this.stop, false);
  }

  /**
   * Plays with another run's model, from its own sampling options; the same run keeps what was typed.
   * @param prompt typed before the page was made again; the run's own if absent
   */
  setRun(run: RunSummary | undefined, prompt?: string): void {
    const another = run?.id !== this.run?.id;
    this.run = run;
    if (!another) return;
    if (this.busy) this.cancel();
    this.text.clear();
    setText(this.summary, '');
    setText(this.error, '');
    if (run) this.options.set(run.configuration.generation);
    if (run) this.prompt.value = prompt ?? run.configuration.generation.prompt;
  }

  /** Takes the prompt of the run's own continuations where the person has typed none. */
  suggest(prompt: string): void {
    if (this.prompt.value === '' && !this.busy && this.text.tokens.length === 0) this.prompt.value = prompt;
  }

  /** Takes tokens as they are sampled; those of an older request are ignored. */
  receive(ticket: number, tokens: readonly SampledToken[]): void {
    if (ticket !== this.ticket || !this.busy) return;
    this.received += tokens.length;
    this.text.append(tokens);
    this.describe();
  }

  private start(): void {
    this.text.begin(this.prompt.value);
    void this.request(this.prompt.value, 0);
  }

  private branch(index: number, alternative: { readonly text: string; readonly probability: number }): void {
    const kept = this.text.tokens.slice(0, index);
    const replaced = this.text.tokens[index];
    kept.push({
      text: alternative.text,
      bits: -Math.log2(alternative.probability),
      alternatives: replaced.alternatives,
    });
    this.text.replace(kept);
    void this.request(this.text.prompt + kept.map(({ text }) => text).join(''), kept.length);
  }

  private async request(prompt: string, kept: number): Promise<void> {
    const { run } = this;
    if (!run) return;
    if (this.busy) this.cancel();
    const read = this.options.read();
    setText(this.error, 'error' in read ? read.error : '');
    if ('error' in read) return;
    const options = { ...read.options, prompt, length: Math.max(1, read.options.length - kept) };
    const ticket = ++this.ticket;
    this.received = 0;
    this.setBusy(true);
    try {
      const result = await this.caller.call('continue', {
        run: run.id,
        prompt,
        options,
        seed: read.seed + kept,
        ticket,
      });
      if (ticket !== this.ticket) return;
      this.text.append(result.tokens.slice(this.received));
    } catch (error) {
      if (ticket !== this.ticket) return;
      const remote = error instanceof RemoteError || error instanceof Error;
      setText(this.error, remote ? error.message : String(error));
    } finally {
      if (ticket === this.ticket) {
        this.setBusy(false);
        this.describe();
      }
    }
  }

  private cancel(): void {
    const { ticket } = this;
    this.ticket++;
    this.setBusy(false);
    void this.caller.call('cancel', { ticket }).catch(() => undefined);
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    setShown(this.stop, busy);
    this.text.element.setAttribute('aria-busy', String(busy));
  }

  private describe(): void {
    const { tokens } = this.text;
    const bits = tokens.reduce((sum, token) => sum + token.bits, 0) / (tokens.length || 1);
    setText(
      this.summary,
      tokens.length === 0
        ? ''
        : `${tokens.length} tokens, ${bits.toFixed(2)} bits of surprise each. Focus a token to see what else it might have been.`,
    );
  }
}
