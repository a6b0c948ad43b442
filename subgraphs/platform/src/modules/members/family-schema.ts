/** Families in the schema, since contract 1.2. */
import { familyRelations } from '@onenet/platforms';
import { personal } from '../../builder.ts';
import { schemaPart } from '../../module.ts';
import { memberScope, type FamilyMember as FamilyMemberDoc } from './store.ts';

/** Adds the type and the inputs to a schema. */
export const addFamily = schemaPart(({ builder }) => {
  const Relation = builder.enumType('FamilyRelation', { values: familyRelations });
  const FamilyMember = builder.objectRef<FamilyMemberDoc>('FamilyMember').implement({
    fields: (t) => ({
      key: t.exposeString('key', { nullable: true }),
      relation: t.expose('relation', { type: Relation, nullable: true }),
      maskedName: t.exposeString('maskedName', { nullable: true }),
      name: t.string(personal(memberScope)),
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
  return { FamilyMember, AddInput, RemoveInput };
});
