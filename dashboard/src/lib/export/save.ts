/** Gives a file to whoever asked for it. */

/** Signs that file systems refuse, or read otherwise. */
const notInNames = /[\\/:*?"<>|\p{Cc}\p{Cf}]/gu;

export function save(content: Blob | string, name: string, type = 'text/plain'): void {
  const blob = typeof content === 'string' ? new Blob([content], { type }) : content;
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = fileName(name);
  link.click();
  // The browser reads it after this turn.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

export function fileName(name: string): string {
  return name.replaceAll(notInNames, ' ').replaceAll(/\s+/gu, ' ').trim().slice(0, 120);
}
