import type { Engine } from '../engine/engine';

/** A model that is kept: whatever else belongs to it, its engine is disposed of in the end. */
interface Held {
  readonly engine: Pick<Engine, 'dispose'>;
}

/**
 * Keeps some models by name, the most recently used ones. The engine of one that goes is disposed of as soon as no request is
 * under way in it.
 */
export class ModelCache<M extends Held> {
  /** The least recently used first. */
  private readonly models = new Map<string, M>();
  /** How many requests are under way in an engine. */
  private readonly users = new Map<M['engine'], number>();
  /** Engines to dispose of once no request is under way in them. */
  private readonly retired = new Set<M['engine']>();

  /** @param most models kept at once */
  constructor(private readonly most: number) {}

  /** A model, now the most recently used; undefined if there is none of that name. */
  find(name: string): M | undefined {
    const model = this.models.get(name);
    if (!model) return undefined;
    this.models.delete(name);
    this.models.set(name, model);
    return model;
  }

  /**
   * A model, now the most recently used.
   * @throws Error if there is none of that name
   */
  use(name: string): M {
    const model = this.find(name);
    if (!model) throw new Error(`No model ${name} is loaded.`);
    return model;
  }

  /** Keeps a model, instead of another of its name. @returns the names of those that went to make room */
  put(name: string, model: M): string[] {
    this.forget(name);
    this.models.set(name, model);
    const dropped = [...this.models.keys()].slice(0, -this.most);
    for (const oldest of dropped) this.forget(oldest);
    return dropped;
  }

  /** Takes a model away; nothing happens if there is none of that name. */
  forget(name: string): void {
    const engine = this.models.get(name)?.engine;
    this.models.delete(name);
    if (!engine) return;
    if (this.users.has(engine)) this.retired.add(engine);
    else engine.dispose();
  }

  /** Whether a request is under way in a model's engine. */
  isHeld({ engine }: M): boolean {
    return this.users.has(engine);
  }

  /** A request begins in a model's engine. @returns what to call, once, when it is over */
  hold({ engine }: M): () => void {
    this.users.set(engine, (this.users.get(engine) ?? 0) + 1);
    return () => {
      const left = (this.users.get(engine) ?? 1) - 1;
      if (left > 0) {
        this.users.set(engine, left);
        return;
      }
      this.users.delete(engine);
      if (this.retired.delete(engine)) engine.dispose();
    };
  }
}
