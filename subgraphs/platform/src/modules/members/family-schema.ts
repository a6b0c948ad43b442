/** Families in the schema, since contract 1.2. */
import { familyRelations } from '@onenet/platforms';
import { schemaPart } from '../../module.ts';
import { personal } from '../../personal.ts';
import { memberScope, members, type FamilyMember, type StoredMember } from './store.ts';

/** Somebody of the family, with whose it is. */
interface FamilyMemberDoc extends FamilyMember {
  readonly memberId: string;
}

/** Adds the type and the inputs to a schema. */
export const addFamily = schemaPart(({ builder }) => {
  const Relation = builder.enumType('FamilyRelation', { values: familyRelations });
  const Member = builder.objectRef<FamilyMemberDoc>('FamilyMember').implement({
    fields: (t) => ({
      key: t.exposeString('key', { nullable: true }),
      relation: t.expose('relation', { type: Relation, nullable: true }),
      maskedName: t.exposeString('maskedName', { nullable: true }),
      name: t.string(
        personal(memberScope, async ({ memberId, key }: FamilyMemberDoc, { loaders }) => {
          const part = await loaders.part<Pick<StoredMember, '_id'> & Partial<StoredMember>>(
            members,
            memberId,
            { 'personal.family': 1 },
          );
          return part?.personal?.family.find((each) => each.key === key)?.name ?? null;
        }),
      ),
    }),
  });
  const AddInput = builder.inputType('AddFamilyMemberInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      relation: t.field({ type: Relation, required: true }),
      name: t.string({ required: true }),
    }),
  });
  const RemoveInput = builder.inputType('RemoveFamilyMemberInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      key: t.string({ required: true }),
    }),
  });
  return { FamilyMember: Member, AddInput, RemoveInput };
});
