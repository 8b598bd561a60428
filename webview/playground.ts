import type { Alternative, GenerationConfiguration, SampledToken } from '../src/protocol/generation';
import type { PanelMethods, PlaygroundMemory, ShownToken, TokenTextMemory } from '../src/protocol/panel';
import { type Caller, RemoteError } from '../src/protocol/rpc';
import type { RunSummary } from '../src/protocol/runs';
import { isSame } from './alternatives';
import { element, setShown, setText } from './dom';
import { keepFocus } from './keep-focus';
import { whole } from './metrics';
import { PlaygroundOptions, type Reading } from './playground-options';
import { TokenText } from './token-text';
import { button, textArea } from './ui';

/** How long what stands here may be forgotten, ms: while tokens stream in, and otherwise. */
const keepAfter = { busy: 1000, idle: 200 };

/** Texts that one can go back to. */
const mostBefore = 20;

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
  private readonly back = button('Text Before', 'back', () => this.goBack(), {
    title: 'Shows again what stood here before the last branch or the last prompt',
    'data-testid': 'playground-back',
  });
  /** Texts that others took the place of, the newest last. */
  private before: { readonly text: TokenTextMemory; readonly step: number | undefined }[] = [];
  /** What is to be known of how the prompt was read. */
  private readonly notes = element('p', { class: 'quiet notes', 'data-testid': 'playground-notes' });
  /** How the tokens under way are drawn. */
  private how = '';
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
      element('div', { class: 'playground-actions' }, this.generate, this.another, this.stop, this.back),
      this.error,
      this.notes,
      this.text.element,
      this.summary,
      this.announcement,
    );
    for (const type of ['input', 'change']) this.element.addEventListener(type, () => this.keepSoon());
    this.prompt.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) this.start();
    });
    setShown(this.stop, false);
    setShown(this.back, false);
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
    this.setBefore([]);
    this.step = memory?.step;
    for (const node of [this.summary, this.announcement, this.error, this.notes]) setText(node, '');
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
    this.text.append(this.drawn(tokens));
    this.describe();
    this.keepSoon();
  }

  /** Has what stands here kept at once. */
  flush(): void {
    if (this.keeping === undefined) return;
    clearTimeout(this.keeping);
    this.keepNow();
  }

  private start(): void {
    const read = this.read();
    if (!read) return;
    this.leave();
    this.text.begin(this.prompt.value);
    void this.request([], 0, read);
  }

  private branch(index: number, alternative: Alternative): void {
    const { text } = this;
    const token = text.tokens[index];
    if (isSame(token, alternative)) {
      // It stands there: all stays as it is.
      text.focusAt(index);
      return;
    }
    const read = this.read();
    if (!read) return;
    this.leave();
    const { probability: _, ...chosen } = alternative;
    const { alternatives, how } = token;
    text.replace([...text.tokens.slice(0, index), { ...chosen, alternatives, how }]);
    text.focusLast();
    void this.request(text.idsBefore(index + 1), index + 1, read);
  }

  /** Another text is to take the place of this one. */
  private leave(): void {
    const { text, step } = this;
    if (text.tokens.length > 0) this.setBefore([...this.before, { text: text.whole, step }].slice(-mostBefore));
  }

  /** Shows again what stood here before. */
  private goBack(): void {
    const last = this.before.at(-1);
    if (!last) return;
    this.abandon();
    this.setBusy(false);
    this.setBefore(this.before.slice(0, -1));
    this.step = last.step;
    this.text.restore(last.text);
    for (const node of [this.error, this.notes]) setText(node, '');
    this.describe();
    this.keepSoon();
  }

  private setBefore(before: typeof this.before): void {
    this.before = before;
    keepFocus([this.back, this.generate], () => setShown(this.back, before.length > 0));
  }

  private drawn(tokens: readonly SampledToken[]): ShownToken[] {
    return tokens.map((token) => ({ ...token, how: this.how }));
  }

  /** What the fields say; if one is wrong, that is said instead. */
  private read(): Extract<Reading, { readonly seed: number }> | undefined {
    const read = this.options.read();
    setText(this.error, 'error' in read ? read.error : '');
    return 'error' in read ? undefined : read;
  }

  /** Asks for what follows the prompt and tokens that stand there already. @param kept how many of them are shown one by one */
  private async request(
    follow: readonly number[],
    kept: number,
    read: Extract<Reading, { readonly seed: number }>,
  ): Promise<void> {
    const { run } = this;
    if (!run) return;
    this.abandon();
    const options = { ...read.options, prompt: '', length: Math.max(1, read.options.length - kept) };
    const { ticket } = this;
    const { prompt } = this.text;
    this.how = howDrawn(options);
    this.received = 0;
    this.step = undefined;
    setText(this.announcement, '');
    setText(this.notes, '');
    this.setBusy(true);
    try {
      const result = await this.caller.call('continue', {
        run: run.id,
        prompt,
        ...(follow.length > 0 && { follow }),
        options,
        seed: read.seed + kept,
        ticket,
      });
      if (ticket !== this.ticket) return;
      this.step = result.step;
      setText(this.notes, [...result.notes, ...read.notes].join(' '));
      // After Stop the text stays as it stood then.
      if (this.busy) this.text.append(this.drawn(result.tokens.slice(this.received)));
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
    this.keeping ??= setTimeout(() => this.keepNow(), this.busy ? keepAfter.busy : keepAfter.idle);
  }

  private keepNow(): void {
    this.keeping = undefined;
    const { options, prompt, text, step } = this;
    this.keep({ prompt: prompt.value, fields: options.texts, text: text.memory, step });
  }
}

/** How alternatives are drawn with some options, in words. */
function howDrawn({ temperature, topK, topP, beams }: GenerationConfiguration): string {
  if (beams > 0 || temperature === 0) return 'at temperature 1';
  return [
    `at temperature ${temperature}`,
    ...(topK > 0 ? [`top-k ${topK}`] : []),
    ...(topP < 1 ? [`top-p ${topP}`] : []),
  ].join(', ');
}
