/** The masked forms that most callers need instead of what is personal. */

/** The first character, the rest as `*`. */
export function maskedName(name: string | null): string | null {
  const [first, ...rest] = name ?? '';
  return first === undefined ? null : first + '*'.repeat(Math.max(1, rest.length));
}

/** The last four digits, the rest as `*`. */
export function maskedPhone(phone: string | null): string | null {
  if (phone === null) return null;
  const digits = phone.replaceAll(/\D/g, '');
  return '*'.repeat(Math.max(0, digits.length - 4)) + digits.slice(-4);
}

/** The first four and the last two characters, the rest as `*`. */
export function maskedIdentityNumber(number: string | null): string | null {
  return number === null ? null : number.slice(0, 4) + '*'.repeat(12) + number.slice(-2);
}

/** The last four characters, the rest as `*`. */
export function maskedCardNumber(number: string): string {
  return '*'.repeat(Math.max(0, number.length - 4)) + number.slice(-4);
}
