// `npm test` tries the same cases every time, so that red means that something was broken; new cases are
// the work of `npm run test:deep`.
import { configureGlobal } from 'fast-check';
import { DEEP } from './depth.ts';

if (!DEEP) configureGlobal({ seed: 9 });
