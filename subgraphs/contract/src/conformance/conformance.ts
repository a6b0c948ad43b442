/** Whether a platform's SDL keeps the contract: which version and modules, what it lacks, what it adds. */
import { OperationTypeNode, type DocumentNode } from 'graphql';
import { rootsOf } from '../additions/contract-types.ts';
import { isFederationsOwn } from '../additions/contract-part.ts';
import { readAdditions, type Additions, type Registered } from '../additions/read-additions.ts';
import {
  contractVersion,
  previousContractVersion,
  type ContractVersion,
  type ModuleName,
} from '../modules.ts';
import { compareTypes } from './compare.ts';
import { Faults, type ConformanceFinding } from './finding.ts';
import { offeredModules } from './offered.ts';
import { parseSdl } from './parse.ts';
import { sdlTypes } from './sdl-types.ts';
import { didYouMean } from './suggest.ts';
import { allModules, contractTypes, wantedTypes, type Types } from './wanted.ts';

export interface Conformance {
  /** Empty: it conforms. */
  readonly findings: readonly ConformanceFinding[];
  /** The newest of N and N-1 that it wholly keeps; null: neither. */
  readonly contractVersion: ContractVersion | null;
  /** Those that it offers with all their types and roots. */
  readonly modules: readonly ModuleName[];
  /** Coordinates of contract N, within those modules, that it does not have. */
  readonly lacks: readonly string[];
  /** What it has beyond the contract; null: nothing, or something that is refused. */
  readonly additions: Additions | null;
}

/**
 * Checks what a platform serves as `_service.sdl`. Federation's own machinery may stand in it or not.
 * `registered`: the codes of all platforms of the net, so that nobody takes another's names.
 */
export function checkConformance(
  sdl: string,
  code: string,
  registered: Registered = [],
): Conformance {
  const faults = new Faults();
  const document = parseSdl(sdl, faults);
  if (!document) return { ...nothing, findings: faults.all };
  const there = sdlTypes(document);
  const { whole, begun } = offeredModules(there);
  const must = wantedTypes(begun, previousContractVersion);
  const may = wantedTypes(begun, contractVersion);
  checkRootNames(document, faults);
  checkRepeated(there, faults);
  compareTypes({ there, must, may, faults });
  checkNetFilled(there, faults);
  const lacks = missingFrom(there, wantedTypes(whole, contractVersion)).filter(
    (coordinate) => !faults.all.some((fault) => fault.coordinate === coordinate),
  );
  const beyond = readAdditions(document, code, registered);
  return {
    findings: [...faults.all, ...beyond.findings.map((finding) => suggesting(finding, there))],
    contractVersion: versionOf(faults, lacks),
    modules: whole,
    lacks,
    additions: beyond.additions,
  };
}

const nothing = { contractVersion: null, modules: [], lacks: [], additions: null } as const;

/** Additions that are refused do not keep it from keeping the contract. */
function versionOf(faults: Faults, lacks: readonly string[]): ContractVersion | null {
  if (faults.all.length > 0) return null;
  return lacks.length > 0 ? previousContractVersion : contractVersion;
}

const rootNames = {
  [OperationTypeNode.QUERY]: 'Query',
  [OperationTypeNode.MUTATION]: 'Mutation',
  // Refused by that name where additions are read.
  [OperationTypeNode.SUBSCRIPTION]: null,
};

function checkRootNames(document: DocumentNode, faults: Faults): void {
  for (const root of rootsOf(document)) {
    const wanted = rootNames[root.operation];
    const name = root.type.name.value;
    if (wanted === null || name === wanted) continue;
    const message = `The ${root.operation} type is ${name}, and must be called ${wanted}.`;
    faults.add('WRONG_ROOT', name, root, message);
  }
}

function checkRepeated(there: Types, faults: Faults): void {
  for (const { name, repeated } of there.values()) {
    if (isFederationsOwn(name)) continue;
    for (const { coordinate, node } of repeated) {
      faults.add('DUPLICATE', coordinate, node, `${coordinate} stands more than once.`);
    }
  }
}

/** What the contract's text has and no platform does. */
function checkNetFilled(there: Types, faults: Faults): void {
  const offered = wantedTypes(allModules, contractVersion);
  for (const [name, ofNet] of contractTypes()) {
    const type = there.get(name);
    if (!type) continue;
    const contract = offered.get(name);
    if (!contract) {
      faults.add('NET_FILLED', name, type.node, `${name} is the net's: leave it out.`);
      continue;
    }
    for (const field of ofNet.members.keys()) {
      const member = type.members.get(field);
      if (!member || contract.members.has(field)) continue;
      const message = `${member.coordinate} is filled by the net: leave it out.`;
      faults.add('NET_FILLED', member.coordinate, member.node, message);
    }
  }
}

/** What is wanted and not there; of a missing field its arguments are not named too. */
function missingFrom(there: Types, wanted: Types): readonly string[] {
  return [...wanted].flatMap(([name, type]) => {
    const own = there.get(name);
    if (!own) return [name];
    return [...type.members].flatMap(([memberName, member]) => {
      const ownMember = own.members.get(memberName);
      if (!ownMember) return [member.coordinate];
      return [...member.args.values()]
        .filter((argument) => !ownMember.args.has(argument.node.name.value))
        .map((argument) => argument.coordinate);
    });
  });
}

function suggesting(finding: ConformanceFinding, there: Types): ConformanceFinding {
  if (finding.coordinate === null) return finding;
  const hint = didYouMean(finding.coordinate, wantedTypes(allModules, contractVersion), there);
  return { ...finding, message: `${finding.message}${hint}` };
}
