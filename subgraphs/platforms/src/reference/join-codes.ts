/** QR codes by which workers apply to a union: some unions of each platform have one. */
import { createHash } from 'node:crypto';
import type { ModuleRecord, ReferenceEvent } from '../records.ts';
import { dayMs, figuresAsOf } from './calendar.ts';
import { memberUnion } from './organizations.ts';
import type { Site } from './site.ts';

/** Unions with a code. */
const unions = 12;

interface JoinCode {
  readonly id: string;
  readonly organizationId: string;
  readonly placeCode: string;
  readonly issuedAt: Date;
  readonly revokedAt: Date | null;
  applications: number;
}

/** The codes of a platform. They come after the members, who are counted as they apply. */
export class JoinCodes {
  readonly #site: Site;
  readonly #byUnion = new Map<string, JoinCode>();

  /** `before`: when the first application came. */
  constructor(site: Site, before: number) {
    this.#site = site;
    // Join codes came with contract 1.2.
    if (site.platform.contractVersion === '1.1') return;
    for (let n = 0; n < unions; n++) {
      const { id: organizationId, place: placeCode } = memberUnion(site, n);
      this.#byUnion.set(organizationId, {
        id: site.id(`join-code-${n + 1}`),
        organizationId,
        placeCode,
        issuedAt: new Date(before - (unions - n) * dayMs),
        // The last one was replaced by a newer poster that nobody has put up yet.
        revokedAt: n === unions - 1 ? figuresAsOf : null,
        applications: 0,
      });
    }
  }

  /** The code by which a worker applied to a union; null: it has none. */
  applied(organizationId: string, at: number): string | null {
    const code = this.#byUnion.get(organizationId);
    if (!code || (code.revokedAt !== null && code.revokedAt.getTime() <= at)) return null;
    code.applications += 1;
    return code.id;
  }

  *records(): Generator<ModuleRecord> {
    for (const { id, issuedAt, revokedAt, applications, ...at } of this.#byUnion.values()) {
      const data = { place: at.placeCode };
      const issued: ReferenceEvent = {
        type: 'onenet.joincode.issued',
        at: issuedAt,
        data,
        person: null,
      };
      yield {
        type: 'Record',
        of: 'JoinCode',
        id,
        platformCode: this.#site.code,
        updatedAt: revokedAt ?? issuedAt,
        simulated: false,
        fields: {
          issuedAt,
          status: revokedAt === null ? 'VALID' : 'REVOKED',
          ...at,
          token: tokenOf(id),
          validUntil: null,
          applicationCount: applications,
        },
        personal: {},
        events: revokedAt
          ? [issued, { type: 'onenet.joincode.revoked', at: revokedAt, data, person: null }]
          : [issued],
      };
    }
  }
}

/** 128 bits, the same on every run. */
function tokenOf(id: string): string {
  return createHash('sha256').update(id).digest().subarray(0, 16).toString('base64url');
}
