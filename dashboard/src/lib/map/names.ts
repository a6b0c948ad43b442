/** What a unit of the map is called. */
import type { Language } from '../../messages/messages.ts';
import type { Unit } from './geometry.ts';

type Named = Pick<Unit, 'code' | 'name' | 'nameEn'>;

/** In English where it has a name in it. */
export function nameOf({ name, nameEn }: Named, language: Language): string {
  return language === 'en' && nameEn !== null ? nameEn : name;
}

/** Without 市, 县, 区 at the end: on a map everybody knows. */
export function shortNameOf(unit: Named, language: Language): string {
  const full = nameOf(unit, language);
  const known = language === 'zh' ? everyday[unit.code] : undefined;
  return known ?? (full.length > 2 ? full.replace(/[市县区]$/u, '') : full);
}

/** Names that nobody says in full. */
const everyday: Readonly<Record<string, string>> = { '422800': '恩施州', '429021': '神农架' };
