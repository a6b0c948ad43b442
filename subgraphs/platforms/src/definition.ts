/** What a platform is, as data: the shape of `<code>/platform.json`. */
import type {
  ConnectionStatus,
  ContractVersion,
  EventTypeName,
  ModuleName,
  PlatformKind,
} from '@onenet/contract';
import type { Channel } from './records.ts';
import type { ResponsibleOffice } from './responsible.ts';

/** A service platform of the reference net. */
export interface PlatformDefinition {
  /** GB/T 2260 code of its area, or capitals. */
  readonly code: string;
  /** In Chinese. */
  readonly name: string;
  readonly nameEn: string;
  readonly kind: PlatformKind;
  /** Code of the platform above it. */
  readonly parent: string | null;
  /** Added to the base port of the platforms; fixed once given. */
  readonly portOffset: number;
  readonly connection: ConnectionStatus;
  /** Codes of the divisions that it serves, each with all below it. */
  readonly serves: readonly string[];
  /** Contract modules that it offers; `core` is always among them. */
  readonly modules: readonly ModuleName[];
  /** The version of the contract that it keeps: the newest, where it does not say. */
  readonly contractVersion?: ContractVersion;
  /** Where its pin stands. WGS 84, degrees. */
  readonly position: { readonly latitude: number; readonly longitude: number };
  /** Who answers for its data. In the reference net a made-up office, with an address of `.example` (RFC 2606). */
  readonly responsible: ResponsibleOffice;
  /** Address of its own front end, where its workers sign in; a made-up one, where it does not say. */
  readonly frontEnd?: string;
  readonly mediaChannels: readonly MediaChannelDefinition[];
  /** Departments that it compares data with; what they are reached by is an option of the process. */
  readonly departments?: readonly DepartmentDefinition[];
  /** Kinds of card that it issues. */
  readonly cardKinds?: readonly CardKindDefinition[];
  readonly publishedFigures: readonly PublishedFigure[];
  /** How busy the demonstration is: simulated requests on a working day; the rest follows from it. */
  readonly requestsPerDay: number;
  /** What is generated for demonstration, in Chinese. */
  readonly demoNotice: string;
}

/** One of a platform's own ways to its readers. */
export interface MediaChannelDefinition {
  /** Local id. */
  readonly id: string;
  readonly name: string;
  readonly channel: Channel;
}

/** A department of the government whose data a platform's is compared with. */
export interface DepartmentDefinition {
  /** Capitals, such as CIVIL_AFFAIRS. */
  readonly code: string;
  readonly name: string;
  /** What it can be asked, such as LOW_INCOME; none: it only asks. */
  readonly questions: readonly string[];
}

/** A kind of card: what a holder can do with one card instead of several. */
export interface CardKindDefinition {
  /** Capitals, such as FIVE_IN_ONE. */
  readonly code: string;
  /** In Chinese. */
  readonly name: string;
  readonly functions: readonly CardFunction[];
}

export const cardFunctions = [
  'MEMBERSHIP',
  'BANK',
  'TRANSPORT',
  'DISCOUNT',
  'INSURANCE',
  'AID',
  'CULTURE',
  'HEALTH',
] as const;
export type CardFunction = (typeof cardFunctions)[number];

/** A figure as its owner published it. */
export interface PublishedFigure {
  /** Stable within the platform. */
  readonly key: string;
  readonly label: string;
  readonly labelEn: string;
  readonly value: number;
  readonly unit: string;
  readonly qualifier: 'EXACT' | 'OVER' | 'NEARLY';
  /** The metric whose total since the beginning, without simulation, is this figure. */
  readonly metric: string | null;
  /** RFC 3339 full-date. */
  readonly asOf: string;
  readonly scope: string | null;
  /** A short rendering (转述) in Chinese of what was published; not verbatim. */
  readonly quotation: string;
  /** How the reference records reproduce it; null where their modules do not exist, or the registry shows it. */
  readonly demo: FigureInDemo | null;
}

/** What stands for a figure: events, of records and of opening balances. */
export interface FigureInDemo {
  /**
   * The figure itself, or for `over` and `nearly` a number that satisfies it; in the figure's unit. It is
   * what `counts` add up to over the platform's events, without simulation; where there is `of`, divided
   * by what that adds up to.
   */
  readonly total: number;
  readonly counts: readonly FigureCount[];
  /** Of a share, or of an amount each. */
  readonly of?: readonly FigureCount[];
  /** How many records there are at scale 1, where `total` does not say it: of money and shares. */
  readonly records?: number;
}

export interface FigureCount {
  readonly measure: EventTypeName;
  readonly category: string | null;
  /** `value`: the sum of the events' values, fen in yuan; when absent, their number. */
  readonly sum?: 'value';
}
