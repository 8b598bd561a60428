import type { Locator } from '@playwright/test';

/** The panel's playground: a prompt, options, and the tokens that a model wrote after it. */
export class Playground {
  constructor(private readonly root: Locator) {}

  get prompt(): Locator {
    return this.root.getByTestId('playground-prompt').locator('textarea');
  }

  /** One of the fields of the sampling options. */
  option(name: 'temperature' | 'topK' | 'topP' | 'length' | 'beams' | 'seed'): Locator {
    return this.root.getByTestId(`playground-${name}`).locator('input');
  }

  button(name: string): Locator {
    return this.root.getByRole('button', { name, exact: true });
  }

  /** The prompt and what follows it. */
  get text(): Locator {
    return this.root.getByTestId('playground-text');
  }

  get tokens(): Locator {
    return this.text.getByRole('button');
  }

  /** What else the token that has the focus might have been. */
  get alternatives(): Locator {
    return this.root.getByTestId('alternatives').getByRole('button');
  }

  /** How many tokens there are, how surprising they are, and whose weights wrote them. */
  get summary(): Locator {
    return this.root.getByTestId('playground-summary');
  }
}
