/** What owners offer the caller of a request, by the grants of now: read anew for every wave. */
import { mostGrants } from '@onenet/assertion';
import { rightsAt, type NetOwner, type NetSnapshot } from '@onenet/contract';
import type { RequestContext } from '../context.ts';
import { grantedTo, isAdmitted } from './grants.ts';
import { offerOf, without, type Offer } from './offer.ts';
import type { Withholding } from './withheld.ts';

/** One moment's look at who offers the caller what. */
export class Offers {
  readonly #caller: RequestContext['caller'];
  readonly #net: NetSnapshot;
  readonly #withholding: Withholding;
  readonly #nowMs = Date.now();
  /** Narrowed ones, each read once. */
  readonly #narrow = new Map<NetOwner, Offer>();
  /** By the fields that are asked for, which owners with the same offer share. */
  readonly #scopes = new Map<readonly string[], ReadonlySet<string>>();

  constructor(
    { caller, netNow }: Pick<RequestContext, 'caller' | 'netNow'>,
    withholding: Withholding,
  ) {
    this.#caller = caller;
    this.#net = netNow();
    this.#withholding = withholding;
  }

  /** What an owner offers the caller: all that it has, to one with every right. */
  of(owner: NetOwner): Offer {
    const rights = rightsAt(this.#caller, owner.code);
    if (rights === 'ALL') return offerOf(owner);
    let offer = this.#narrow.get(owner);
    if (!offer) {
      const { client, scopes } = this.#caller;
      const isGone = rights === 'GRANTED' && !isAdmitted(this.#net, client);
      const granted = grantedTo(this.#net, this.#caller, owner.code, this.#nowMs);
      const withheld = this.#withholding.from(isGone ? 'NONE' : rights, granted, scopes);
      this.#narrow.set(owner, (offer = without(offerOf(owner), withheld)));
    }
    return offer;
  }

  /** Whether an owner withholds a field from the caller. */
  refuses(owner: NetOwner, field: string): boolean {
    return this.of(owner).withheld.fields.has(field);
  }

  /** Ids of the grants on which a call rests that asks for these fields, joined by commas; undefined where it rests on none. */
  grantsFor(owner: NetOwner, fields: readonly string[]): string | undefined {
    if (fields.length === 0) return undefined;
    let scopes = this.#scopes.get(fields);
    if (!scopes) {
      scopes = new Set(fields.flatMap((field) => this.#withholding.scopesFor(field)));
      this.#scopes.set(fields, scopes);
    }
    const needed = scopes;
    const { grants } = grantedTo(this.#net, this.#caller, owner.code, this.#nowMs);
    const used = grants.filter((grant) => grant.scopes.some((scope) => needed.has(scope)));
    if (used.length === 0) return undefined;
    return used
      .slice(0, mostGrants)
      .map(({ id }) => id)
      .join(',');
  }
}
