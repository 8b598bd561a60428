import { config } from 'zod';

// Imported before any schema is made. Zod looks at `navigator` to find out whether it may compile schemas by eval, and
// the editor reports every extension that looks there.
config({ jitless: true });
