/** The modules that a platform may offer: one line each. */
import type { ModuleName } from '@onenet/contract';
import type { PlatformModule } from '../module.ts';
import { aid } from './aid/module.ts';
import { cards } from './cards/module.ts';
import { content } from './content/module.ts';
import { core } from './core/module.ts';
import { corrections } from './corrections/module.ts';
import { matching } from './matching/module.ts';
import { members } from './members/module.ts';
import { organizations } from './organizations/module.ts';
import { requests } from './requests/module.ts';
import { supervision } from './supervision/module.ts';
import { transfers } from './transfers/module.ts';

const modules: readonly PlatformModule[] = [
  core,
  organizations,
  requests,
  members,
  content,
  supervision,
  matching,
  cards,
  aid,
  transfers,
  corrections,
];

/** Those of a choice; the mandatory ones are among them. */
export function offeredModules(names: readonly ModuleName[]): readonly PlatformModule[] {
  return modules.filter(({ name }) => names.includes(name));
}
