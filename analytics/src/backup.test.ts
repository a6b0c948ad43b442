/** The embedded engine's tables, copied while it works: an engine opens the copy, and has what was there then. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { freezeTables } from './backup.ts';
import { openClickHouse, type ClickHouse } from './clickhouse.ts';
import { testDirectory } from './fixture.ts';
import { migrate } from './migrate.ts';

const shapes = (clickhouse: ClickHouse) =>
  clickhouse.rows<{ shape: string }>('SELECT shape FROM onenet.usage_shapes ORDER BY shape');

test('the copy has every table and row of that moment, and leaves nothing beside the engine', async () => {
  await using directory = await testDirectory();
  const { path } = directory;
  const engine = openClickHouse({ dataDir: path });
  const target = join(path, '..', 'copies');
  let copy: string;
  try {
    await migrate(engine);
    await engine.run(
      `INSERT INTO onenet.usage_shapes (shape, coordinates) VALUES ('a', ['Query.x'])`,
    );
    copy = await freezeTables(engine, path, target);
    await engine.run(
      `INSERT INTO onenet.usage_shapes (shape, coordinates) VALUES ('b', ['Query.y'])`,
    );
    expect(await shapes(engine)).toEqual([{ shape: 'a' }, { shape: 'b' }]);
  } finally {
    await engine.close();
  }
  expect(await readdir(join(path, 'shadow'))).toEqual(['increment.txt']);
  const copied = openClickHouse({ dataDir: copy });
  try {
    expect(await migrate(copied)).toEqual([]);
    expect(await shapes(copied)).toEqual([{ shape: 'a' }]);
  } finally {
    await copied.close();
  }
});
