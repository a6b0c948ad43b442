/** Choices in an address: read with a default, written only where they differ from it. */

/** `value` if it is one of `options`, else the first of them. */
export function choose<const O extends readonly [string, ...string[]]>(
  value: string | null,
  options: O,
): O[number] {
  return options.find((option) => option === value) ?? options[0];
}

/** The search part with `choices` in it; what is the default is left out, so addresses stay short. */
export function withChoices(
  search: string,
  choices: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>>,
): string {
  const params = new URLSearchParams(search);
  for (const [name, value] of Object.entries(choices)) {
    if (value === (defaults[name] ?? '')) params.delete(name);
    else params.set(name, value);
  }
  const written = params.toString();
  return written === '' ? '' : `?${written}`;
}
