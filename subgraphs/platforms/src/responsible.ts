/** Who answers for a platform's data: an office with an official contact, never a person. */

export interface ResponsibleOffice {
  /** In Chinese. */
  readonly office: string;
  readonly officeEn: string;
  readonly email: string | null;
  readonly telephone: string | null;
  /** The office's page. */
  readonly url: string | null;
}

/** What is wrong with an office's contact, as a sentence; null: nothing. */
export function contactFault({ email, telephone, url }: ResponsibleOffice): string | null {
  if (email === null && telephone === null && url === null) {
    return 'name at least one contact of the office: `email`, `telephone` or `url`';
  }
  if (email !== null && !/^[^\s@<>"]{1,64}@[^\s@<>"]+\.[^\s@<>".]{2,}$/.test(email)) {
    return `\`email\` is "${email}", and must be an address such as data@example.cn`;
  }
  if (telephone !== null && !/^\+?\d[\d -]{5,24}(转\d{1,6})?$/.test(telephone)) {
    return `\`telephone\` is "${telephone}", and must be digits, spaces and "-", such as 0724-2330000`;
  }
  // It stands as a link on pages: no other scheme, and no name and password in it.
  const page = url === null ? null : URL.parse(url);
  const isPage = page === null || (/^https?:$/.test(page.protocol) && page.username === '');
  if (url !== null && (page === null || !isPage)) {
    return `\`url\` is "${url}", and must begin with https:// or http://`;
  }
  return null;
}
