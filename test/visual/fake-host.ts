import { panelScenarios, sidebarScenarios, stretch, summary } from './scenarios';

/** The host's side of a page in a plain browser: takes what the page posts, and delivers what a test says. */
export interface FakeHost {
  readonly posted: { readonly type: string; readonly [key: string]: unknown }[];
  /** Answers of requests by their method; a request without one stays open. */
  readonly answers: { [method: string]: ((argument: unknown) => unknown) | undefined };
  state: unknown;
  deliver(message: unknown): void;
  /** Sends the messages of a named state. */
  play(page: 'panel' | 'sidebar', scenario: string): void;
  readonly make: { readonly stretch: typeof stretch; readonly summary: typeof summary };
}

declare global {
  var fakeHost: FakeHost;
}

const fake: FakeHost = {
  posted: [],
  answers: {},
  state: undefined,
  deliver: (message) => dispatchEvent(new MessageEvent('message', { data: message })),
  play: (page, scenario) => {
    const messages = (page === 'panel' ? panelScenarios : sidebarScenarios)[scenario]();
    for (const message of messages) fake.deliver(message);
  },
  make: { stretch, summary },
};

globalThis.fakeHost = fake;
Object.assign(globalThis, {
  acquireVsCodeApi: () => ({
    postMessage: (message: FakeHost['posted'][number]) => {
      fake.posted.push(message);
      if (message.type !== 'request') return;
      const handler = fake.answers[String(message.method)];
      if (!handler) return;
      void Promise.resolve(handler(message.argument)).then((ok) =>
        fake.deliver({ type: 'response', id: message.id, answer: { ok } }),
      );
    },
    getState: () => fake.state,
    setState: (state: unknown) => {
      fake.state = state;
    },
  }),
});
