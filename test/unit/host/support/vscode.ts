// What of the editor the runs need, without an editor: a stand-in for the module `vscode`.

/** As the editor's, but for the order of listeners that throw. */
export class EventEmitter<T> {
  private readonly listeners = new Set<(value: T) => unknown>();
  readonly event = (listener: (value: T) => unknown) => {
    this.listeners.add(listener);
    return { dispose: () => this.listeners.delete(listener) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }

  dispose(): void {
    this.listeners.clear();
  }
}

/** A place: a scheme, a server and a path. */
export class Uri {
  private constructor(
    readonly scheme: string,
    readonly authority: string,
    readonly path: string,
    readonly query = '',
    readonly fragment = '',
  ) {}

  static file(path: string): Uri {
    return new Uri('file', '', path);
  }

  static parse(value: string): Uri {
    const { protocol, host, pathname } = new URL(value);
    return new Uri(protocol.slice(0, -1), host, decodeURIComponent(pathname));
  }

  get fsPath(): string {
    return this.path;
  }

  with(): Uri {
    throw new Error('not needed');
  }

  toJSON(): string {
    return this.toString();
  }

  toString(): string {
    return `${this.scheme}://${this.authority}${encodeURI(this.path)}`;
  }
}

/** Everything that was told to a person. */
export const told: string[] = [];

const tell = async (message: string) => {
  told.push(message);
};

export const window = {
  showErrorMessage: tell,
  showWarningMessage: tell,
  showInformationMessage: tell,
  tabGroups: { all: [] },
  setStatusBarMessage: () => ({ dispose: () => undefined }),
  withProgress: <T>(_: unknown, action: () => Promise<T>) => action(),
};

/** Documents that are open, and folders of the workspace. */
export const workspace: {
  textDocuments: { uri: Uri }[];
  workspaceFolders: { uri: Uri }[] | undefined;
  fs: { stat(uri: Uri): Promise<never>; isWritableFileSystem(): boolean };
} = {
  textDocuments: [],
  workspaceFolders: undefined,
  fs: {
    stat: async (uri) => {
      throw new Error(`the file system was asked for ${uri}`);
    },
    isWritableFileSystem: () => true,
  },
};

export const ProgressLocation = { Window: 10 };
export const FileType = { Directory: 2 };

export const l10n = {
  t: (text: string, ...values: unknown[]) => text.replaceAll(/\{(\d)\}/g, (_, index) => String(values[index])),
};
