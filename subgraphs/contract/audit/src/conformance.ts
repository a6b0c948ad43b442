/** Whether an SDL keeps the contract: fields of its modules by name and type. */
import { contractVersion, platformSdl, previousContractVersion } from '@onenet/contract';
import { buildASTSchema, isInterfaceType, isObjectType, parse, type GraphQLSchema } from 'graphql';

interface Finding {
  readonly code: string;
  readonly coordinate: string | null;
  readonly line: number | null;
  readonly message: string;
}

interface Conformance {
  readonly findings: readonly Finding[];
  readonly contractVersion: string | null;
}

export function checkConformance(
  sdl: string,
  modules: Parameters<typeof platformSdl>[0],
): Conformance {
  const came = schemaOf(sdl);
  const newest = differences(came, schemaOf(platformSdl(modules, contractVersion)));
  if (newest.length === 0) return { findings: [], contractVersion };
  const findings = differences(came, schemaOf(platformSdl(modules, previousContractVersion)));
  return { findings, contractVersion: findings.length === 0 ? previousContractVersion : null };
}

function schemaOf(sdl: string): GraphQLSchema {
  return buildASTSchema(parse(sdl), { assumeValid: true, assumeValidSDL: true });
}

function differences(came: GraphQLSchema, wanted: GraphQLSchema): Finding[] {
  return Object.values(wanted.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) && !isInterfaceType(type)) return [];
    const other = came.getType(type.name);
    const fields = isObjectType(other) || isInterfaceType(other) ? other.getFields() : {};
    return Object.values(type.getFields())
      .filter((field) => String(fields[field.name]?.type) !== String(field.type))
      .map((field) => ({
        code: 'TYPE',
        coordinate: `${type.name}.${field.name}`,
        line: null,
        message: `The contract has ${String(field.type)}.`,
      }));
  });
}
