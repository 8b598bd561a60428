// The layering of the house. Imports run downward only, types included:
//   host, cli → worker, protocol, exchange, platform → training, generation, analysis → engine → model → text
const storeys = [
  ['text'],
  ['model'],
  ['engine'],
  ['training', 'generation', 'analysis'],
  ['worker', 'protocol', 'exchange', 'platform'],
  ['host', 'cli'],
];

const upward = storeys.slice(0, -1).map((storey, index) => ({
  name: `${storey.join('-')}-imports-downward-only`,
  comment: `src/${storey.join(', src/')} may not import what stands above.`,
  severity: 'error',
  from: { path: `^src/(${storey.join('|')})/` },
  to: {
    path: `^src/((${storeys
      .slice(index + 1)
      .flat()
      .join('|')})/|extension[.]ts|cli[.]ts)`,
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...upward,
    {
      name: 'every-folder-has-its-storey',
      comment: 'A new folder in src must be given its place here.',
      severity: 'error',
      from: {},
      to: { path: '^src/', pathNot: `^src/((${storeys.flat().join('|')})/|extension[.]ts$|cli[.]ts$)` },
    },
    {
      name: 'nothing-imports-an-entry',
      comment: 'extension.ts and cli.ts are entries of src.',
      severity: 'error',
      from: { path: '^(src|webview)/' },
      to: { path: '^src/(extension|cli)[.]ts$' },
    },
    {
      name: 'cli-knows-no-host',
      comment: 'The command line is the same core without VS Code.',
      severity: 'error',
      from: { path: '^src/cli([.]ts$|/)' },
      to: { path: '^src/host/' },
    },
    {
      name: 'host-knows-no-cli',
      severity: 'error',
      from: { path: '^src/(host/|extension[.]ts$)' },
      to: { path: '^src/cli/' },
    },
    {
      name: 'vscode-in-host-only',
      comment: 'Only src/host and src/extension.ts (and what tests them in VS Code) import vscode, types included.',
      severity: 'error',
      from: { pathNot: '^(src/host/|src/extension[.]ts$|test/integration/)' },
      to: { path: '^vscode$|node_modules/@types/vscode/' },
    },
    {
      name: 'threads-in-worker-and-fused-only',
      comment: 'Only src/worker and src/engine/fused start threads or speak with them.',
      severity: 'error',
      from: { path: '^(src|webview)/', pathNot: '^src/(worker|engine/fused)/' },
      to: { path: '^(node:)?worker_threads$' },
    },
    {
      name: 'core-imports-no-node',
      comment: 'text, model, training, generation, analysis and protocol run anywhere.',
      severity: 'error',
      from: { path: '^(src/(text|model|training|generation|analysis|protocol)|webview)/' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'engine-reads-files-only',
      comment: 'The engine may read its .wasm files and count the cores; it needs no more of Node.',
      severity: 'error',
      from: { path: '^src/engine/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?(fs|fs/promises|path|url|os|worker_threads)$' },
    },
    {
      name: 'protocol-imports-types-only',
      comment: 'A protocol is types; what runs in it (rpc) stands alone.',
      severity: 'error',
      from: { path: '^src/protocol/' },
      to: { dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'pages-know-the-protocol-only',
      comment: 'Of src, the pages import the protocol and nothing else.',
      severity: 'error',
      from: { path: '^webview/' },
      to: { path: '^src/', pathNot: '^src/protocol/' },
    },
    {
      name: 'toolkit-in-ui-only',
      comment: 'The toolkit is deprecated upstream, so one file knows it: webview/ui.ts.',
      severity: 'error',
      from: { pathNot: '^webview/ui[.]ts$' },
      to: { path: '@vscode/webview-ui-toolkit' },
    },
    {
      name: 'src-knows-no-pages-or-tests',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(webview|test)/' },
    },
    { name: 'pages-know-no-tests', severity: 'error', from: { path: '^webview/' }, to: { path: '^test/' } },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true, pathNot: '^vscode$' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)(dist|assembly)/' },
  },
};
