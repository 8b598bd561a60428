/** How a page talks to its host: VS Code, or a fake one in a plain browser. */
export interface Transport<Sent, Received, Memory> {
  post(message: Sent): void;
  /** Calls back with every message until the page goes. */
  listen(receive: (message: Received) => void): void;
  /** What the page kept through a reload; undefined the first time. */
  recall(): Memory | undefined;
  remember(memory: Memory): void;
}

interface VsCodeApi {
  postMessage(message: unknown): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare function acquireVsCodeApi(): VsCodeApi;

/** The transport inside VS Code. May be called once a page, as VS Code allows no more. */
export function vscodeTransport<Sent, Received, Memory>(): Transport<Sent, Received, Memory> {
  const api = acquireVsCodeApi();
  return {
    post: (message) => api.postMessage(message),
    listen: (receive) => addEventListener('message', (event: MessageEvent<Received>) => receive(event.data)),
    recall: () => api.getState() as Memory | undefined,
    remember: (memory) => api.setState(memory),
  };
}
