// Running other programs, with nothing but Node: this works in a fresh clone, before any package is installed.
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/[/\\]$/, '');

/** A condition that a person must mend, told in one sentence. */
export class HarnessError extends Error {}

/** Prints one line about what the harness does. */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** The full path of a program on PATH, or undefined. */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, program);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {}
  }
  return undefined;
}

/**
 * Runs a program to its end.
 * @param options `cwd`, `env` (added to this process's), `quiet` (its output is returned, not shown)
 * @returns its exit code and, when quiet, `output` (both streams) and `stdout`
 */
export function run(program, args, options = {}) {
  const { cwd = root, env = {}, quiet = false } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
    });
    let output = '';
    let stdout = '';
    child.stdout?.on('data', (chunk) => {
      output += chunk;
      stdout += chunk;
    });
    child.stderr?.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? 1, output, stdout }));
  });
}

/** Runs a program quietly to its standard output, and fails with its last lines unless it exits with 0. */
export async function must(program, args, options = {}) {
  const { code, output, stdout } = await run(program, args, { quiet: true, ...options });
  if (code !== 0) {
    const tail = output.trimEnd().split('\n').slice(-15).join('\n');
    throw new HarnessError(`\`${program} ${args.join(' ')}\` failed with exit code ${code}:\n${tail}`);
  }
  return stdout;
}

/** Runs a Node program of this project's packages, such as `typescript/bin/tsc`. */
export function node(script, args, options = {}) {
  return run(process.execPath, [script, ...args], options);
}

/** Runs the entry of a harness program: a person's mistake is one sentence, anything else a stack; exit code 1 for both. */
export function main(body) {
  body().catch((error) => {
    say(error instanceof HarnessError ? error.message : String(error?.stack ?? error));
    process.exit(1);
  });
}
