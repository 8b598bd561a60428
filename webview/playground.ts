import type { Alternative, SampledToken } from '../src/protocol/generation';
import type { PanelMethods, PlaygroundMemory } from '../src/protocol/panel';
import { type Caller, RemoteError } from '../src/protocol/rpc';
import type { RunSummary } from '../src/protocol/runs';
import { element, setShown, setText } from './dom';
import { keepFocus } from './keep-focus';
import { whole } from './metrics';
import { PlaygroundOptions, type Reading } from './playground-options';
import { TokenText } from './token-text';
import { button, textArea } from './ui';

/** How long what stands here may be forgotten, ms: while tokens stream in, and otherwise. */
const keepAfter = { busy: 1000, idle: 200 };

/** A place to try the model: tokens stream in, tinted by surprise, and every one can be replaced by another it might have been. */
export class Playground {
  readonly element: HTMLElement;
  private readonly prompt = textArea('Prompt', '', { 'data-testid': 'playground-prompt' });
  private readonly options = new PlaygroundOptions();
  private readonly text = new TokenText((index, alternative) => this.branch(index, alternative));
  private readonly error = element('p', { class: 'field-error', role: 'alert', 'data-testid': 'playground-error' });
  private readonly summary = element('p', { class: 'quiet', 'data-testid': 'playground-summary' });
  /** Read aloud, once for each request: the summary changes too often for that. */
  private readonly announcement = element('p', {
    class: 'unseen',
    role: 'status',
    'data-testid': 'playground-announcement',
  });
  private readonly generate = button('Generate', 'play', () => this.start(), {
    appearance: 'primary',
    'data-testid': 'playground-generate',
  });
  private readonly another = button('Another Seed', 'again', () => {
    this.options.nextSeed();
    this.start();
  });
  private readonly stop = button('Stop', 'stop', () => this.halt());
  private run: RunSummary | undefined;
  private ticket = 0;
  private busy = false;
  /** Tokens received of the request that is under way. */
  private received = 0;
  /** The step of the weights that wrote the newest tokens. */
  private step: number | undefined;
  private keeping: ReturnType<typeof setTimeout> | undefined;

  /** @param keep is told what stands here, a little after it changed */
  constructor(
    private readonly caller: Caller<PanelMethods>,
    private readonly keep: (memory: PlaygroundMemory) => void,
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
      this.announcement,
    );
    for (const type of ['input', 'change']) this.element.addEventListener(type, () => this.keepSoon());
    this.prompt.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.start();
    });
    setShown(this.stop, false);
  }

  /**
   * Plays with another run's model, from its own sampling options; the same run keeps what stands here.
   * @param memory what stood here before the page was made again
   */
  setRun(run: RunSummary | undefined, memory?: PlaygroundMemory): void {
    const another = run?.id !== this.run?.id;
    this.run = run;
    if (!another) return;
    this.abandon();
    clearTimeout(this.keeping);
    this.keeping = undefined;
    this.text.clear();
    this.step = memory?.step;
    for (const node of [this.summary, this.announcement, this.error]) setText(node, '');
    if (!run) return;
    this.options.set(run.configuration.generation);
    this.prompt.value = memory?.prompt ?? run.configuration.generation.prompt;
    if (!memory) return;
    this.options.restore(memory.fields);
    this.text.restore(memory.text);
    this.describe();
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
    this.keepSoon();
  }

  private start(): void {
    const read = this.read();
    if (!read) return;
    this.text.begin(this.prompt.value);
    void this.request(this.prompt.value, 0, read);
  }

  private branch(index: number, { text, bits }: Alternative): void {
    const read = this.read();
    if (!read) return;
    const { alternatives } = this.text.tokens[index];
    const kept = [...this.text.tokens.slice(0, index), { text, bits, alternatives }];
    this.text.replace(kept);
    this.text.focusLast();
    void this.request(this.text.prompt + kept.map((token) => token.text).join(''), kept.length, read);
  }

  /** What the fields say; if one is wrong, that is said instead. */
  private read(): Extract<Reading, { readonly seed: number }> | undefined {
    const read = this.options.read();
    setText(this.error, 'error' in read ? read.error : '');
    return 'error' in read ? undefined : read;
  }

  /** Asks for what follows a prompt. @param kept tokens that stand there already */
  private async request(
    prompt: string,
    kept: number,
    read: Extract<Reading, { readonly seed: number }>,
  ): Promise<void> {
    const { run } = this;
    if (!run) return;
    this.abandon();
    const options = { ...read.options, prompt, length: Math.max(1, read.options.length - kept) };
    const { ticket } = this;
    this.received = 0;
    this.step = undefined;
    setText(this.announcement, '');
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
      this.step = result.step;
      // After Stop the text stays as it stood then.
      if (this.busy) this.text.append(result.tokens.slice(this.received));
    } catch (error) {
      if (ticket !== this.ticket || !this.busy) return;
      const remote = error instanceof RemoteError || error instanceof Error;
      setText(this.error, remote ? error.message : String(error));
    } finally {
      if (ticket === this.ticket) {
        this.setBusy(false);
        this.describe();
        setText(this.announcement, this.summary.textContent ?? '');
        this.keepSoon();
      }
    }
  }

  /** Ends the request that is under way where its text stands; its answer says which weights wrote that. */
  private halt(): void {
    this.setBusy(false);
    void this.caller.call('cancel', { ticket: this.ticket }).catch(() => undefined);
  }

  /** Gives up the request that is under way, if one is: nothing that comes of it counts any more. */
  private abandon(): void {
    if (this.busy) this.halt();
    this.ticket++;
  }

  private setBusy(busy: boolean): void {
    this.busy = busy;
    keepFocus([this.stop, this.generate], () => setShown(this.stop, busy));
    this.text.element.setAttribute('aria-busy', String(busy));
  }

  private describe(): void {
    const { tokens } = this.text;
    if (tokens.length === 0) {
      setText(this.summary, '');
      return;
    }
    const bits = tokens.reduce((sum, token) => sum + token.bits, 0) / tokens.length;
    const parts = [
      `${whole(tokens.length)} token${tokens.length === 1 ? '' : 's'}, ${bits.toFixed(2)} bits of surprise each`,
      ...(this.step === undefined ? [] : [`weights of step ${whole(this.step)}`]),
    ];
    setText(this.summary, `${parts.join(', ')}. Focus a token to see what else it might have been.`);
  }

  private keepSoon(): void {
    this.keeping ??= setTimeout(
      () => {
        this.keeping = undefined;
        const { options, prompt, text, step } = this;
        this.keep({ prompt: prompt.value, fields: options.texts, text: text.memory, step });
      },
      this.busy ? keepAfter.busy : keepAfter.idle,
    );
  }
}
