export { findCompose } from './compose.ts';
export { findHadolint } from './hadolint.ts';
export { findHelm } from './helm.ts';
export { conform, findKubeconform, findSchemas, kubernetesVersions } from './kubeconform.ts';
export { outcomeOf } from './outcome.ts';
