/** The paths of an installed code-server. */
export interface CodeServer {
  readonly node: string;
  readonly entry: string;
}

export interface ServerOptions {
  readonly vsix?: string;
  readonly settings?: Record<string, unknown>;
  readonly port?: number;
  readonly driver?: boolean;
  readonly log?: string;
  readonly home?: string;
}

/** A VS Code server that runs. */
export interface Server {
  readonly url: string;
  readonly home: string;
  readonly settingsFile: string;
  readonly log: string;
  readonly logs: string;
  readonly ended: Promise<void>;
  stop(): Promise<void>;
  keepLogs(folder: string): Promise<void>;
}

export const chromiumFlags: string[];
export function startServer(codeServer: CodeServer, options?: ServerOptions): Promise<Server>;
export function workbenchAddress(
  server: { readonly url: string },
  folder: string,
  payload?: readonly (readonly [string, string])[],
): string;
export function remoteUri(server: { readonly url: string }, path: string): string;
