export { findHadolint } from './hadolint.ts';
