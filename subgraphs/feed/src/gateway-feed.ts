/** The vocabulary of the gateways' feed, numbered and chained like a platform's: what was asked, and who was given what. */
import { accessFault, accessType, type AccessEvent } from './access-event.ts';
import type { Vocabulary } from './event.ts';
import { usageFault, usageType, type UsageEvent } from './usage-event.ts';

/** Under which code the gateways of a net keep their one feed: it is no platform's, which have no `:`. */
export const gatewayCode = 'onenet:gateway';

export type GatewayEvent = UsageEvent | AccessEvent;

export const gatewayEvents: Vocabulary<GatewayEvent> = {
  source: () => '/gateway',
  isType: (type): type is string => type === usageType || type === accessType,
  countsPeople: () => false,
  dataFault(data, type, correcting) {
    if (correcting) return 'BAD_CORRECTS';
    return type === accessType ? accessFault(data) : usageFault(data);
  },
};

/** Tells the two apart. */
export function isAccess(event: GatewayEvent): event is AccessEvent {
  return event.type === accessType;
}
