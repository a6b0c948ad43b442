/** Versions: what came later can be left out by a platform that keeps the version before. */
import {
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type ASTNode,
  type GraphQLSchema,
} from 'graphql';
import { isAfter, isContractVersion, sinceOf } from '../since.ts';
import { contractVersions } from '../modules.ts';
import type { LintRule } from './rule.ts';

export const since: LintRule = {
  name: 'since',
  *check(schema) {
    for (const { coordinate, node, isDemanded } of elements(schema)) {
      const version = sinceText(node);
      if (version === undefined) continue;
      if (!isContractVersion(version)) {
        yield {
          coordinate,
          message: `${coordinate} came with "${version}": the contract has ${contractVersions.join(', ')}.`,
        };
      } else if (isDemanded && isAfter(sinceOf(node), contractVersions[0])) {
        yield {
          coordinate,
          message: `${coordinate} came with ${version} and is non-null: make it nullable, or a platform of the version before cannot answer.`,
        };
      }
    }
  },
};

interface Element {
  readonly coordinate: string;
  readonly node: ASTNode | null | undefined;
  /** Whether an answer or a question cannot be without it. */
  readonly isDemanded: boolean;
}

function* elements(schema: GraphQLSchema): Iterable<Element> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        yield { coordinate, node: field.astNode, isDemanded: isNonNullType(field.type) };
        for (const argument of field.args) {
          yield {
            coordinate: `${coordinate}(${argument.name}:)`,
            node: argument.astNode,
            isDemanded: isRequiredArgument(argument),
          };
        }
      }
    } else if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        yield {
          coordinate: `${type.name}.${field.name}`,
          node: field.astNode,
          isDemanded: isRequiredInputField(field),
        };
      }
    } else if (isEnumType(type)) {
      for (const value of type.getValues()) {
        yield {
          coordinate: `${type.name}.${value.name}`,
          node: value.astNode,
          isDemanded: false,
        };
      }
    }
  }
}

/** The version that `@since` names, as written. */
export function sinceText(node: ASTNode | null | undefined): string | undefined {
  if (!node || !('directives' in node)) return undefined;
  const applied = node.directives?.find(({ name }) => name.value === 'since');
  const value = applied?.arguments?.[0]?.value;
  return value && 'value' in value ? String(value.value) : undefined;
}
