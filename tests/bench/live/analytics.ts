/** Real analytics in a process of its own, over a directory that names the platforms. */
import { startAnalytics } from '@onenet/analytics';
import type { NetOwner } from '@onenet/contract';
import { testSnapshot } from '../../../analytics/src/fixture.ts';
import { answerParent, usage } from '../child.ts';
import { serveDirectory } from '../directory.ts';

export type AnalyticsMessage =
  | {
      readonly owners: readonly NetOwner[];
      readonly mongodbUri: string;
      readonly database: string;
      readonly dataDir: string;
    }
  | 'usage';

answerParent(async (message: AnalyticsMessage) => {
  if (message === 'usage') return usage();
  const { owners, mongodbUri, database, dataDir } = message;
  const provinceUrl = await serveDirectory(testSnapshot(owners));
  const { url } = await startAnalytics({
    port: 0,
    host: '127.0.0.1',
    dataDir,
    mongodbUri,
    database,
    provinceUrl,
  });
  return { url };
});
