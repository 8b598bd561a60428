/** Where a command's output goes and where its files are, so that commands can be run in a test. */
export interface Surroundings {
  /** Absolute path of the folder `dist`. */
  readonly dist: string;
  /** One line on stdout: results. */
  readonly out: (line: string) => void;
  /** One line on stderr: for people. */
  readonly say: (line: string) => void;
}
