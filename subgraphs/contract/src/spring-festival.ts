/**
 * When the Spring Festival is, by the rules of GB/T 33661: a table, since the calendar of Node (ICU 78) is a
 * day off in 2027 and 2030, whose new moons are four and seven minutes from midnight.
 */
/** Asia/Shanghai has had no other offset since 1991. */
const shanghaiMs = 8 * 3_600_000;

const firstYear = 1999;

/** Month and day of each year from 1999 to 2100. */
const days = `0216
  0205 0124 0212 0201 0122 0209 0129 0218 0207 0126
  0214 0203 0123 0210 0131 0219 0208 0128 0216 0205
  0125 0212 0201 0122 0210 0129 0217 0206 0126 0213
  0203 0123 0211 0131 0219 0208 0128 0215 0204 0124
  0212 0201 0122 0210 0130 0217 0206 0126 0214 0202
  0123 0211 0201 0219 0208 0128 0215 0204 0124 0212
  0202 0121 0209 0129 0217 0205 0126 0214 0203 0123
  0211 0131 0219 0207 0127 0215 0205 0124 0212 0202
  0122 0209 0129 0217 0206 0126 0214 0203 0124 0210
  0130 0218 0207 0127 0215 0205 0125 0212 0201 0121
  0209`.split(/\s+/);

/** The beginning of a year's first day of the first lunar month, in UTC ms. */
export function springFestivalOf(year: number): number {
  const day = days[year - firstYear];
  if (day === undefined) {
    throw new Error(
      `The table of Spring Festivals is of ${firstYear} to ${firstYear + days.length - 1}, not ${year}.`,
    );
  }
  return Date.UTC(year, Number(day.slice(0, 2)) - 1, Number(day.slice(2))) - shanghaiMs;
}
