/** The words of the page on administration, in English. */
import type { Messages } from './messages.ts';

export const administering: Messages['administering'] = {
  notFor:
    'This page is for administrators and auditors. Sign in as one, or ask the operator to add the role to your account.',
  account: 'My account',
  changePassword: 'Change password',
  currentPassword: 'Current password',
  newPassword: 'New password (at least 12 characters)',
  newPasswordAgain: 'New password again',
  passwordsDiffer: 'The two new passwords differ.',
  passwordChanged: 'The password is changed, and every other session has ended.',
  passwordElsewhere: 'The password is kept by the provider of identities.',
  what: 'What is set where',
  here: 'On this dashboard',
  setRules: 'Rules of alerts: bounds, severity, on and off',
  publish: 'Publish a month’s ranking',
  compose: 'Have a brief composed',
  lookAtGrants: 'Applications and grants (platforms’ teams decide)',
  byOperator: 'By the operator, on the province’s machine',
  byOperatorExplained:
    'To add or remove people, clients and platforms is kept off the dashboard on purpose: it takes the operator’s token on the province’s machine, so no stolen account of the dashboard can do it. Here they are shown alone.',
  people: 'People',
  clients: 'Clients',
  platforms: 'Platforms',
  grants: 'Grants',
  platformsExplained: 'Registration, version, responsible office, maintenance.',
  version: 'Version · contract',
  additions: (count) => `${count} additions`,
  maintenance: (from, until) => `maintenance ${from} – ${until}`,
  clientsExplained:
    'Departments’ systems that the province has admitted, and what each may apply for.',
  peopleExplained:
    'Who signs in at the province, and as what. The operator adds and removes them by command.',
  name: 'name',
  roles: 'roles',
  ofPlatform: 'platform',
  addedAt: 'since',
  elsewhere: 'signs in by single sign-on',
  id: 'Id',
  scopes: 'Admitted to',
  itsGrants: 'Grants and reads',
  log: 'Changes',
  logExplained: 'Every change of platforms, clients, people and grants, the newest first.',
  refusals: {
    CREDENTIALS_INVALID: 'The current password is wrong.',
    BAD_INPUT: 'Not taken: at least 12 characters, and not the current one.',
    TOO_MANY: 'Too many attempts: try again later.',
    UNAVAILABLE: 'The province does not answer for now: try again later.',
    CREDENTIALS_REQUIRED: 'The session is over: sign in again.',
  },
};
