import { z } from 'zod';

/** The settings of inline completions, which exist in the editor only. */
export const completionSchema = z.strictObject({
  enabled: z
    .boolean()
    .default(true)
    .describe(
      'Offer inline completions as you type, from the best model for the document, once it is better than the 2-gram of its own text.',
    ),
  delay: z.int().min(0).max(10000).default(150).describe('Milliseconds without typing before a completion is sampled.'),
  length: z.int().min(1).max(1000).default(60).describe('Tokens of a completion, at most.'),
  temperature: z
    .number()
    .min(0)
    .max(10)
    .default(0.4)
    .describe('Temperature of completions; 0 always takes the likeliest token.'),
  languages: z
    .array(z.string())
    .default(['plaintext', 'markdown'])
    .describe(
      'Identifiers of the languages in which completions are offered, by models of texts of the same kind; * stands for all.',
    ),
});

/** What the completion settings say. */
export type CompletionSettings = z.infer<typeof completionSchema>;
