/** `npm run build`: the dashboard, the only part that is built; the rest runs as it is. */
import { buildDashboard } from './dashboard.ts';

console.log(`The dashboard is built: ${await buildDashboard((line) => console.log(line))}`);
