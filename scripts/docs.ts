/** `npm run docs`: writes what is generated from the code. A test compares it with what is committed. */
import { writeFileSync } from 'node:fs';
import { metricsPage } from './metrics-page.ts';
import { writeSchema } from './schema.ts';

writeFileSync(new URL('../docs/metrics.md', import.meta.url), metricsPage());
writeSchema();
