/** The contract's rules as checks against any server, and test vectors for any language. */
export { AuditError, audit } from './audit.ts';
export type { AuditOptions } from './audit.ts';
export { junit, passes } from './report.ts';
export type { AuditReport, RuleResult } from './report.ts';
export type { Rule } from './rule.ts';
export { rules } from './rules/rules.ts';
export { sendDirectly } from './send.ts';
export type { Send, SendRequest, SendResponse } from './send.ts';
export { vectorsFolder, verifyVectors } from './vectors.ts';
export type { VectorResult } from './vectors.ts';
