/** The mutations of requests, with their inputs. */
import { isAfter } from '@onenet/contract';
import type { EnumRef } from '@pothos/core';
import type { Channel, RequestCategory } from '@onenet/platforms';
import type { Ref, SchemaTypes } from '../../builder.ts';
import type { PlatformSchema } from '../../module.ts';
import { mutationsOf } from '../../mutation.ts';
import * as commands from './commands.ts';
import type { ServiceRequestDoc } from './store.ts';

/** Adds the mutations to a schema. */
export function addRequestMutations(
  { builder, version }: PlatformSchema,
  types: {
    readonly Category: EnumRef<SchemaTypes, RequestCategory>;
    readonly Channel: EnumRef<SchemaTypes, Channel>;
    readonly ServiceRequest: Ref<ServiceRequestDoc>;
  },
): void {
  const { Category, Channel, ServiceRequest } = types;
  const StepInput = builder.inputType('ServiceRequestStepInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      note: t.string(),
    }),
  });
  const SubmitInput = builder.inputType('SubmitServiceRequestInput', {
    fields: (t) => ({
      platform: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      title: t.string({ required: true }),
      description: t.string(),
      category: t.field({ type: Category, required: true }),
      channel: t.field({ type: Channel, required: true }),
      placeCode: t.id({ required: true }),
      applicantName: t.string(),
      applicantPhone: t.string(),
    }),
  });
  const DispatchInput = builder.inputType('DispatchServiceRequestInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      organizationId: t.id({ required: true }),
    }),
  });
  const AcceptInput = builder.inputType('AcceptServiceRequestInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      handler: t.string(),
      dueAt: t.field({ type: 'DateTime' }),
    }),
  });
  const RateInput = builder.inputType('RateServiceRequestInput', {
    fields: (t) => ({
      id: t.id({ required: true }),
      idempotencyKey: t.id({ required: true }),
      rating: t.int({ required: true }),
    }),
  });

  const mutation = mutationsOf(builder, 'ServiceRequestPayload', 'serviceRequest', ServiceRequest);
  mutation('submitServiceRequest', SubmitInput, commands.submitServiceRequest);
  mutation('verifyServiceRequest', StepInput, commands.verifyServiceRequest);
  mutation('dispatchServiceRequest', DispatchInput, commands.dispatchServiceRequest);
  mutation('acceptServiceRequest', AcceptInput, commands.acceptServiceRequest);
  mutation('resolveServiceRequest', StepInput, commands.resolveServiceRequest);
  mutation('rejectServiceRequest', StepInput, commands.rejectServiceRequest);
  mutation('addServiceRequestFeedback', StepInput, commands.addServiceRequestFeedback);
  mutation('rateServiceRequest', RateInput, commands.rateServiceRequest);
  mutation('reopenServiceRequest', StepInput, commands.reopenServiceRequest);
  mutation('superviseServiceRequest', StepInput, commands.superviseServiceRequest);
  if (!isAfter(version, '1.1')) return;
  mutation('remindServiceRequest', StepInput, commands.remindServiceRequest);
  mutation('escalateServiceRequest', StepInput, commands.escalateServiceRequest);
}
