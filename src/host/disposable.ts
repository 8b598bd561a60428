import type * as vscode from 'vscode';

/** Owns resources and releases them, newest first, when it is disposed. Disposing twice does nothing the second time. */
export abstract class Disposable implements vscode.Disposable {
  private resources: vscode.Disposable[] = [];
  private disposed = false;

  get isDisposed(): boolean {
    return this.disposed;
  }

  /** Takes a resource into ownership; releases it at once if this is disposed already. */
  protected _register<T extends vscode.Disposable>(resource: T): T {
    if (this.disposed) resource.dispose();
    else this.resources.push(resource);
    return resource;
  }

  dispose(): void {
    if (this.disposed) return;
    this.disposed = true;
    const resources = this.resources.reverse();
    this.resources = [];
    for (const resource of resources) resource.dispose();
  }
}
