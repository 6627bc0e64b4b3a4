// Which folder may import which: node tools/boundaries.ts (run by npm test). oxlint sees neither dynamic imports nor
// where a relative path leads, so this table is held by a check of its own.
import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

type Boundary = {
  /** First match counts. */
  readonly files: RegExp;
  /** Folders (or files) of ours that may be imported. */
  readonly ours: readonly string[];
  /** npm packages and Node builtins; null: any. */
  readonly packages: readonly string[] | null;
};

/** Files of the domain that run in a browser: what they import does, too, but for types. */
const BROWSER_SAFE = [
  'alert',
  'alertRules',
  'alertText',
  'apiPorts',
  'auditKinds',
  'businessDate',
  'canonicalJson',
  'certificateForm',
  'certificateIdentity',
  'entry',
  'finding',
  'labels',
  'menus',
  'merchant',
  'money',
  'ports',
  'principal',
  'schedule',
  'shape',
  'verdict',
].map((name) => `domain/${name}.ts`);

export const BOUNDARIES: readonly Boundary[] = [
  { files: /^domain\/.*\.test\.ts$/, ours: ['domain/'], packages: null },
  // Hashing is no I/O; everything else that Node offers, and every npm package, stays outside.
  { files: /^domain\//, ours: ['domain/'], packages: ['node:crypto'] },
  { files: /^simulator\/main\.ts$/, ours: ['simulator/', 'domain/', 'adapters/'], packages: null },
  { files: /^simulator\//, ours: ['simulator/', 'domain/'], packages: null },
  { files: /\.test\.tsx?$|^(test|bench|tools|cli)\//, ours: [''], packages: null },
  { files: /^console\/vite\.config\.ts$/, ours: [], packages: null },
  // What runs in browsers: of our own rules those that need nothing of Node. Types of the others come from /openapi.json.
  {
    files: /^console\//,
    ours: ['console/', ...BROWSER_SAFE],
    packages: [
      'react',
      'react-dom/client',
      'react/jsx-runtime',
      'antd',
      'antd/locale/zh_CN',
      'antd/locale/en_US',
      '@ant-design/icons',
      'dayjs',
      'dayjs/locale/zh-cn',
      'echarts/core',
      'echarts/charts',
      'echarts/components',
      'echarts/renderers',
      '@tanstack/react-query',
      '@tanstack/react-router',
      'openapi-fetch',
    ],
  },
  {
    files: /^((pipeline|resolution|api)\/main\.ts$|pipeline\/process\/)/,
    ours: ['domain/', 'pipeline/', 'resolution/', 'people/', 'api/', 'adapters/'],
    packages: null,
  },
  { files: /^pipeline\//, ours: ['domain/', 'pipeline/'], packages: null },
  { files: /^resolution\//, ours: ['domain/', 'resolution/'], packages: null },
  { files: /^people\//, ours: ['domain/', 'people/'], packages: null },
  { files: /^adapters\//, ours: ['domain/', 'adapters/'], packages: null },
  // What is drawn is what the ledger and the metrics say: no code of ours stands between.
  { files: /^dashboards\//, ours: ['dashboards/', 'domain/'], packages: null },
  { files: /^api\//, ours: ['domain/', 'pipeline/', 'resolution/', 'people/', 'api/'], packages: null },
];

/** The simulator plants the truth; code that judges would only find what it has itself put there. */
const JUDGING =
  /^domain\/(verdict|policy|crossDay|duplicateHint|merkle|certificate|likelyCause|cause\w+|mergedReceipts)\b/;

const IMPORT =
  /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*['"]([^'"]+)['"]|^\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/gm;

/** What a file imports against the table; `path` and results are relative to the root, with slashes. */
export function boundaryViolations(path: string, source: string): string[] {
  const boundary = BOUNDARIES.find((candidate) => candidate.files.test(path));
  if (!boundary) return [];
  return importsOf(source).flatMap((specifier) => {
    if (!specifier.startsWith('.')) {
      const allowed = boundary.packages === null || boundary.packages.includes(specifier);
      return allowed ? [] : [`${path} must not import the package ${specifier}`];
    }
    const target = join(dirname(path), specifier);
    if (path.startsWith('simulator/') && JUDGING.test(target)) {
      return [`${path} must not import ${target}: the simulator's truth is planted, never judged`];
    }
    const allowed = boundary.ours.some((folder) => target.startsWith(folder));
    return allowed ? [] : [`${path} must not import ${target}`];
  });
}

function importsOf(source: string): string[] {
  return Array.from(source.matchAll(IMPORT), (match) => match[1] ?? match[2] ?? match[3] ?? '');
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const files = globSync('**/*.{ts,mts,mjs,tsx}', {
    cwd: root,
    exclude: (name) => ['node_modules', 'data', 'dist', '.git'].includes(name),
  });
  const violations = files.flatMap((file) =>
    boundaryViolations(file, readFileSync(join(root, file), 'utf8')),
  );
  for (const violation of violations) console.error(violation);
  if (violations.length > 0) process.exitCode = 1;
  else console.error(`import boundaries hold in ${files.length} files`);
}
