/** The one list of event types: what a platform's feed may say, and of what analytics is made. Long, because it is one list. */

/** What `data.value` of a type is. */
export type EventValue = 'minutes' | 'rating' | 'fen' | 'people';

/** People are counted together over all types of one measure, each once; never over two measures. */
export type PeopleMeasure = 'activePeople' | 'aidPeople';

export interface EventType {
  /** What happened, where the name does not say all; what `value` and `category` are. */
  readonly about?: string;
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
  'onenet.request.submitted': {
    module: 'requests',
    people: 'activePeople',
    about: 'A worker asks for help.',
  },
  'onenet.request.verified': { module: 'requests' },
  'onenet.request.dispatched': { module: 'requests' },
  'onenet.request.accepted': {
    module: 'requests',
    value: 'minutes',
    about: '`value`: minutes since submission.',
  },
  'onenet.request.resolved': {
    module: 'requests',
    value: 'minutes',
    onTime: true,
    about: '`value`: minutes since submission.',
  },
  'onenet.request.rejected': {
    module: 'requests',
    value: 'minutes',
    onTime: true,
    about: '`value`: minutes since submission.',
  },
  'onenet.request.feedback': { module: 'requests' },
  'onenet.request.rated': { module: 'requests', value: 'rating', about: '`value`: 1 to 5.' },
  'onenet.request.reopened': { module: 'requests' },
  'onenet.request.supervised': { module: 'requests' },
  'onenet.request.reminded': {
    module: 'requests',
    about: '催办: by a person, or because the deadline comes near.',
  },
  'onenet.request.overdue': { module: 'requests', about: 'It passed its deadline.' },
  'onenet.request.escalated': { module: 'requests' },
  'onenet.member.applied': { module: 'members', about: 'Counts as a member only once accepted.' },
  'onenet.member.accepted': { module: 'members' },
  'onenet.member.refused': { module: 'members' },
  'onenet.member.left': { module: 'members', about: 'No longer a member.' },
  'onenet.article.published': { module: 'content' },
  'onenet.article.read': { module: 'content', people: 'activePeople', counted: true },
  'onenet.article.shared': { module: 'content', people: 'activePeople', counted: true },
  'onenet.article.liked': { module: 'content', people: 'activePeople' },
  'onenet.article.commented': { module: 'content', people: 'activePeople' },
  'onenet.channel.followed': { module: 'content', about: 'A reader begins to follow a channel.' },
  'onenet.joincode.issued': { module: 'members' },
  'onenet.joincode.revoked': { module: 'members' },
  'onenet.supervision.asked': { module: 'supervision', about: 'Category: REQUEST or FIGURE.' },
  'onenet.supervision.answered': {
    module: 'supervision',
    value: 'minutes',
    onTime: true,
    about: '`value`: minutes since it was asked, or asked again.',
  },
  'onenet.supervision.returned': {
    module: 'supervision',
    about: 'The answer did not do: asked again.',
  },
  'onenet.supervision.closed': { module: 'supervision', about: 'Closed after its answer.' },
  'onenet.supervision.dropped': {
    module: 'supervision',
    about: 'Closed without an answer: no longer asked.',
  },
  'onenet.member.offered': {
    module: 'transfers',
    about: 'Offered to another platform: one less live, one more in transfer.',
  },
  'onenet.member.returned': {
    module: 'transfers',
    about: 'The offer was withdrawn: one more live, one less in transfer.',
  },
  'onenet.member.departed': {
    module: 'transfers',
    about: 'The transfer is complete: one less in transfer, at the source.',
  },
  'onenet.member.received': {
    module: 'transfers',
    about: 'Come from another platform: one more live, at the target.',
  },
  'onenet.request.offered': {
    module: 'transfers',
    about: 'Offered to another platform: one less open, one more in transfer.',
  },
  'onenet.request.returned': {
    module: 'transfers',
    about: 'The offer was withdrawn: one more open, one less in transfer.',
  },
  'onenet.request.departed': {
    module: 'transfers',
    about: 'The transfer is complete: one less in transfer, at the source.',
  },
  'onenet.request.received': {
    module: 'transfers',
    about: 'Come from another platform: one more open, at the target.',
  },
  'onenet.card.issued': { module: 'cards', about: "Category: the card's kind." },
  'onenet.card.started': { module: 'cards', about: "A card's first use." },
  'onenet.card.used': {
    module: 'cards',
    value: 'fen',
    people: 'activePeople',
    about: '`value`: the discount, in fen.',
  },
  'onenet.card.ended': { module: 'cards', about: 'Cancelled or replaced: no longer live.' },
  'onenet.merchant.opened': {
    module: 'cards',
    about: "Gives holders a discount from now on. Category: the merchant's.",
  },
  'onenet.merchant.closed': { module: 'cards' },
  'onenet.claim.submitted': { module: 'cards', about: "Category: the claim's kind." },
  'onenet.claim.paid': { module: 'cards', value: 'fen', about: '`value`: fen.' },
  'onenet.claim.rejected': { module: 'cards' },
  'onenet.hardship.applied': { module: 'aid', about: 'A file was asked for.' },
  'onenet.hardship.registered': {
    module: 'aid',
    about: 'The file is open: a hardship worker from now on.',
  },
  'onenet.hardship.refused': { module: 'aid' },
  'onenet.hardship.closed': { module: 'aid', about: '脱困: the hardship is over.' },
  'onenet.fund.credited': { module: 'aid', value: 'fen', about: '`value`: fen.' },
  'onenet.aid.applied': { module: 'aid', about: 'Category: the form, as of all events of grants.' },
  'onenet.aid.approved': {
    module: 'aid',
    value: 'fen',
    about: '`value`: fen; absent for a form without money.',
  },
  'onenet.aid.paid': { module: 'aid', value: 'fen', people: 'aidPeople', about: '`value`: fen.' },
  'onenet.aid.returned': { module: 'aid', value: 'fen', about: '`value`: fen that came back.' },
  'onenet.aid.completed': { module: 'aid', people: 'aidPeople' },
  'onenet.aid.rejected': { module: 'aid' },
  'onenet.pairing.started': {
    module: 'aid',
    about: 'A cadre began to look after a hardship worker.',
  },
  'onenet.pairing.ended': { module: 'aid' },
  'onenet.hardship.paired': {
    module: 'aid',
    about: 'A hardship worker who had no cadre has one, or the reverse.',
  },
  'onenet.hardship.unpaired': { module: 'aid' },
  'onenet.matching.connected': {
    module: 'matching',
    about:
      'The first comparison with a department. Category: the department, as of all events of matching.',
  },
  'onenet.matching.compared': {
    module: 'matching',
    value: 'people',
    about: '`value`: people asked about.',
  },
  'onenet.matching.matched': {
    module: 'matching',
    value: 'people',
    about: '`value`: people that matched.',
  },
  'onenet.lookup.asked': {
    module: 'matching',
    value: 'people',
    about:
      'A client looked people up. `value`: people asked about. Category: MEMBERS or HARDSHIP_WORKERS.',
  },
  'onenet.lookup.found': {
    module: 'matching',
    value: 'people',
    about: '`value`: people that are known. Category: as of `asked`.',
  },
  'onenet.correction.filed': {
    module: 'corrections',
    about:
      'A client doubts a record, or returns data of one. Category: DOUBT or RETURN, as of all events of corrections.',
  },
  'onenet.correction.confirmed': {
    module: 'corrections',
    value: 'minutes',
    onTime: true,
    about: '`value`: minutes since it was filed.',
  },
  'onenet.correction.rejected': {
    module: 'corrections',
    value: 'minutes',
    onTime: true,
    about: '`value`: minutes since it was filed.',
  },
  'onenet.correction.overdue': {
    module: 'corrections',
    about: 'It passed its deadline without an answer.',
  },
  'onenet.opening': {
    module: 'core',
    about: 'A balance from before the log began: `data.opening`.',
  },
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
