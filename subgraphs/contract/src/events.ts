/** The one list of event types: what a platform's feed may say, and of what analytics is made. */

/** What `data.value` of a type is. */
export type EventValue = 'minutes' | 'rating' | 'fen' | 'people';

/** People are counted together over all types of one measure, each once; never over two measures. */
export type PeopleMeasure = 'activePeople' | 'aidPeople';

export interface EventType {
  /** The contract module that it belongs to. */
  readonly module: string;
  /** Meaning of `data.value`; absent when the type has none. */
  readonly value?: EventValue;
  /** Whether `data.onTime` is given. */
  readonly onTime?: true;
  /** As what people are counted, if they are: the sequencer gives `data.firsts`. */
  readonly people?: PeopleMeasure;
  /** Whether one line may stand for many within a clock minute (`data.count`). */
  readonly counted?: true;
}

/** CloudEvents `type` → what it is. Stock and flow figures are sums over these. */
export const eventTypes = {
  'onenet.organization.founded': { module: 'organizations' },
  'onenet.organization.dissolved': { module: 'organizations' },
  'onenet.station.opened': { module: 'organizations' },
  'onenet.station.closed': { module: 'organizations' },
  'onenet.request.submitted': { module: 'requests', people: 'activePeople' },
  'onenet.request.verified': { module: 'requests' },
  'onenet.request.dispatched': { module: 'requests' },
  /** `value`: minutes since submission. */
  'onenet.request.accepted': { module: 'requests', value: 'minutes' },
  /** `value`: minutes since submission. */
  'onenet.request.resolved': { module: 'requests', value: 'minutes', onTime: true },
  /** `value`: minutes since submission. */
  'onenet.request.rejected': { module: 'requests', value: 'minutes', onTime: true },
  'onenet.request.feedback': { module: 'requests' },
  /** `value`: 1 to 5. */
  'onenet.request.rated': { module: 'requests', value: 'rating' },
  'onenet.request.reopened': { module: 'requests' },
  'onenet.request.supervised': { module: 'requests' },
  /** 催办: by a person, or because the deadline comes near. */
  'onenet.request.reminded': { module: 'requests' },
  /** It passed its deadline. */
  'onenet.request.overdue': { module: 'requests' },
  'onenet.request.escalated': { module: 'requests' },
  'onenet.member.applied': { module: 'members' },
  'onenet.member.accepted': { module: 'members' },
  'onenet.member.refused': { module: 'members' },
  'onenet.member.left': { module: 'members' },
  'onenet.article.published': { module: 'content' },
  'onenet.article.read': { module: 'content', people: 'activePeople', counted: true },
  'onenet.article.shared': { module: 'content', people: 'activePeople', counted: true },
  'onenet.article.liked': { module: 'content', people: 'activePeople' },
  'onenet.article.commented': { module: 'content', people: 'activePeople' },
  'onenet.channel.followed': { module: 'content' },
  'onenet.joincode.issued': { module: 'members' },
  'onenet.joincode.revoked': { module: 'members' },
  /** Category: REQUEST or FIGURE. */
  'onenet.supervision.asked': { module: 'supervision' },
  /** `value`: minutes since it was asked, or asked again. */
  'onenet.supervision.answered': { module: 'supervision', value: 'minutes', onTime: true },
  'onenet.supervision.returned': { module: 'supervision' },
  'onenet.supervision.closed': { module: 'supervision' },
  // A transfer, by what is counted where: offered −1 live +1 in transfer, returned the reverse, departed −1 in transfer (source); received +1 live (target).
  'onenet.member.offered': { module: 'transfers' },
  'onenet.member.returned': { module: 'transfers' },
  'onenet.member.departed': { module: 'transfers' },
  'onenet.member.received': { module: 'transfers' },
  'onenet.request.offered': { module: 'transfers' },
  'onenet.request.returned': { module: 'transfers' },
  'onenet.request.departed': { module: 'transfers' },
  'onenet.request.received': { module: 'transfers' },
  /** Category: the card's kind. */
  'onenet.card.issued': { module: 'cards' },
  /** A card's first use. */
  'onenet.card.started': { module: 'cards' },
  /** `value`: the discount, in fen. */
  'onenet.card.used': { module: 'cards', value: 'fen', people: 'activePeople' },
  /** Cancelled or replaced: no longer live. */
  'onenet.card.ended': { module: 'cards' },
  'onenet.merchant.opened': { module: 'cards' },
  'onenet.merchant.closed': { module: 'cards' },
  /** Category: the claim's kind. */
  'onenet.claim.submitted': { module: 'cards' },
  /** `value`: fen. */
  'onenet.claim.paid': { module: 'cards', value: 'fen' },
  'onenet.claim.rejected': { module: 'cards' },
  'onenet.hardship.applied': { module: 'aid' },
  'onenet.hardship.registered': { module: 'aid' },
  'onenet.hardship.refused': { module: 'aid' },
  'onenet.hardship.closed': { module: 'aid' },
  /** `value`: fen. */
  'onenet.fund.credited': { module: 'aid', value: 'fen' },
  /** Category of these: the form. */
  'onenet.aid.applied': { module: 'aid' },
  /** `value`: fen; absent for a form without money. */
  'onenet.aid.approved': { module: 'aid', value: 'fen' },
  /** `value`: fen. */
  'onenet.aid.paid': { module: 'aid', value: 'fen', people: 'aidPeople' },
  /** `value`: fen that came back. */
  'onenet.aid.returned': { module: 'aid', value: 'fen' },
  'onenet.aid.completed': { module: 'aid', people: 'aidPeople' },
  'onenet.aid.rejected': { module: 'aid' },
  /** A cadre began to look after a hardship worker. */
  'onenet.pairing.started': { module: 'aid' },
  'onenet.pairing.ended': { module: 'aid' },
  /** A hardship worker who had no cadre has one, or the reverse. */
  'onenet.hardship.paired': { module: 'aid' },
  'onenet.hardship.unpaired': { module: 'aid' },
  /** The first comparison with a department. Category of these: the department. */
  'onenet.matching.connected': { module: 'matching' },
  /** `value`: people asked about. */
  'onenet.matching.compared': { module: 'matching', value: 'people' },
  /** `value`: people that matched. */
  'onenet.matching.matched': { module: 'matching', value: 'people' },
  /** A balance from before the log began: `data.opening`. */
  'onenet.opening': { module: 'core' },
} as const satisfies Record<string, EventType>;

export type EventTypeName = keyof typeof eventTypes;

/** Numbers of people for whom the event is the first of its type's measure in each period (Asia/Shanghai, by event time). */
export interface Firsts {
  readonly day: number;
  readonly week: number;
  readonly month: number;
  readonly quarter: number;
  readonly year: number;
}

/** A balance from before the log began. */
export interface Opening {
  /** The event type whose total it opens. */
  readonly measure: string;
  /** What of the type it opens: its count (when absent), or the sum of its `value`. */
  readonly of?: 'count' | 'value';
  /** In the unit of that type's count, or of its `value`. */
  readonly value: number;
  /** RFC 3339. */
  readonly asOf: string;
  readonly kind: 'stock' | 'flow';
}

/** `data` of an event: no person, not even a pseudonym, and no record's id. */
export interface EventData {
  /** Division code, 6, 9 or 12 digits. */
  readonly place?: string;
  readonly category?: string;
  readonly channel?: string;
  /** 1 when absent. Negative in a correction. */
  readonly count?: number;
  readonly value?: number;
  readonly onTime?: boolean;
  readonly firsts?: Firsts;
  readonly opening?: Opening;
  /** Made by the simulation: a dimension of its own, left out of published figures. */
  readonly simulated?: true;
}

/** One line of a feed: a CloudEvent 1.0 in JSON format. */
export interface FeedEvent {
  readonly specversion: '1.0';
  readonly id: string;
  /** `/platforms/<code>` */
  readonly source: string;
  readonly type: string;
  /** When it happened: RFC 3339. */
  readonly time: string;
  readonly datacontenttype: 'application/json';
  /** Contiguous per platform, 20 digits. */
  readonly sequence: string;
  /** When it was numbered: RFC 3339, never falls. */
  readonly recordedtime: string;
  /** The sequence that this event corrects. */
  readonly corrects?: string;
  readonly data: EventData;
}
