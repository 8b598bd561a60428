import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';

/** A worker thread, as who started it sees it. */
export interface Thread<To> {
  /** Posts a message; does nothing once the thread has ended. */
  post(message: To): void;
  /** Ends the thread at once. */
  terminate(): Promise<void>;
}

/** What a thread tells who started it. */
export interface ThreadListener<From> {
  message(message: From): void;
  /** Called once, however the thread ended: with what it threw, or with its exit code in the error's message. */
  ended(error: NodeJS.ErrnoException): void;
}

/**
 * Starts one of the bundled entries of `dist/worker` in a thread of its own.
 * @param dist absolute path of the folder `dist`
 * @param name of the entry, without `.js`
 * @param data becomes the entry's `workerData`
 */
export function startThread<To, From>(
  dist: string,
  name: 'training' | 'generation',
  data: unknown,
  listener: ThreadListener<From>,
): Thread<To> {
  const worker = new Worker(join(dist, 'worker', `${name}.js`), {
    workerData: data,
    name: `recurrent ${name}`,
    execArgv: [],
  });
  let over = false;
  const end = (error: NodeJS.ErrnoException) => {
    if (over) return;
    over = true;
    listener.ended(error);
  };
  worker.on('message', (message: From) => listener.message(message));
  worker.on('error', end);
  worker.on('exit', (code) => end(new Error(`exit code ${code}`)));
  return {
    post: (message) => over || worker.postMessage(message),
    terminate: async () => {
      await worker.terminate();
    },
  };
}

/** Bytes of a text that are sent at once; sending more would hold up the thread that sends. */
const partSize = 4 << 20;

/**
 * Starts the training worker in a process of its own, for flags of V8 that must touch nothing else. It behaves as a thread;
 * what is posted before the whole text has been sent waits for it.
 * @param dist absolute path of the folder `dist`
 * @param request the training; its text is sent in parts
 */
export function startTrainingProcess<To, From>(
  dist: string,
  request: { readonly text: Uint8Array },
  listener: ThreadListener<From>,
): Thread<To> {
  const child = fork(join(dist, 'worker', 'training-process.js'), {
    serialization: 'advanced',
    execArgv: [],
    // Inside desktop VS Code the executable is Electron, which is Node only if told so.
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  let over = false;
  let waiting: To[] | undefined = [];
  const end = (error: NodeJS.ErrnoException) => {
    if (over) return;
    over = true;
    listener.ended(error);
  };
  const send = (message: unknown) => {
    if (!over && child.connected) child.send(message as object);
  };
  const sendText = (from: number) => {
    if (from < request.text.length) {
      send(request.text.slice(from, from + partSize));
      setImmediate(sendText, from + partSize);
      return;
    }
    for (const message of waiting ?? []) send(message);
    waiting = undefined;
  };
  child.on('message', (message) => listener.message(message as From));
  child.on('error', end);
  child.on('exit', (code, signal) => end(new Error(signal ? `signal ${signal}` : `exit code ${code}`)));
  const { text, ...rest } = request;
  send({ ...rest, length: text.length });
  sendText(0);
  return {
    post: (message) => {
      if (waiting) waiting.push(message);
      else send(message);
    },
    terminate: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await ended;
    },
  };
}
