import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';

export type Migration = {
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
};

const MIGRATION_FILE = /^\d{4}_\w+\.sql$/;

/** The migrations of a folder in the order in which they are applied. */
export async function readMigrations(dir: string): Promise<readonly Migration[]> {
  const names = (await readdir(dir)).filter((name) => MIGRATION_FILE.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = (await readFile(`${dir}/${name}`, 'utf8')).replaceAll('\r\n', '\n');
      const checksum = createHash('sha256').update(sql).digest('hex');
      return { name, checksum, statements: statementsOf(sql) };
    }),
  );
}

/** Statements end with a ";" at the end of a line. */
function statementsOf(sql: string): readonly string[] {
  return sql
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement.replaceAll(/^--.*$/gm, '').trim() !== '');
}
