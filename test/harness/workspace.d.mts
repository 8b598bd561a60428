/** The sample text as it is called in a workspace. */
export const sampleName: string;
export function makeWorkspace(kept?: string): {
  readonly folder: string;
  readonly sample: string;
  remove(): void;
};
