/** Names that a question gives, each known or refused with those that it may have been meant to be. */
import { NetError } from '@onenet/contract';
import { divisions, tableYear } from '@onenet/platforms/divisions';
import didYouMean from 'graphql/jsutils/didYouMean.js';
import suggestions from 'graphql/jsutils/suggestionList.js';
import type { Ingest } from './ingest/ingest.ts';
import { metricByName, metrics } from './metrics.ts';
import type { ListedMetric } from './metrics.ts';
import type { Where } from './scope.ts';

/** A metric by its name; an unknown one is the caller's error. */
export function knownMetric(name: string): ListedMetric {
  const metric = metricByName(name);
  if (metric) return metric;
  const names = metrics.map((each) => each.name);
  throw new NetError(
    'BAD_INPUT',
    `"${name}" is no metric.${nearest(name, names) || ` Take one of ${names.join(', ')}.`}`,
  );
}

/** Refuses platforms and a place that there are not: their figures would be zero. */
export function refuseUnknown(ingest: Ingest, { platforms, place }: Where): void {
  for (const code of platforms ?? []) refuseUnknownPlatform(ingest, code);
  if (place !== undefined) refuseUnknownPlace(place);
}

/** Refuses what is no division of the table. */
export function refuseUnknownPlace(place: string): void {
  if (divisions.has(place)) return;
  throw new NetError(
    'BAD_INPUT',
    `\`place: ${place.slice(0, 20)}\` is no division of the table of ${tableYear}: give its code of 6, 9 or 12 digits.${meantDivision(place)}`,
  );
}

function refuseUnknownPlatform(ingest: Ingest, code: string): void {
  const owners = ingest.netOwners();
  // What left the net has figures still.
  if (owners.some((owner) => owner.code === code) || ingest.currentEpochs().has(code)) return;
  const named = owners.find(({ name, nameEn }) => name === code || nameEn === code);
  const meant = nearest(
    code,
    owners.map((owner) => owner.code),
  );
  throw new NetError(
    'BAD_INPUT',
    `\`platforms\`: "${code}" is no platform of the net.${named ? didYouMean.didYouMean([named.code]) : meant}`,
  );
}

/** A division by its name, or codes of the same length. */
function meantDivision(place: string): string {
  if (place === '') return '';
  if (!/^\d+$/.test(place)) {
    const named = divisions.values().filter(({ name }) => name.startsWith(place));
    return didYouMean.didYouMean(
      named
        .take(3)
        .map(({ code, name }) => `${code} (${name})`)
        .toArray(),
    );
  }
  const codes = [...divisions.keys()].filter(
    // Most that is mistyped begins right.
    (code) => Math.abs(code.length - place.length) <= 1 && code.startsWith(place.slice(0, 3)),
  );
  return nearest(place, codes);
}

/** ` Did you mean …?` with at most three names, or nothing. */
export function nearest(name: string, names: readonly string[]): string {
  return didYouMean.didYouMean(suggestions.suggestionList(name, names).slice(0, 3));
}
