/** The processes of a comparison: the canned owners, and each side. */
import { startChild, type Child } from '../child.ts';
import type { SideMessage, SideName, SideSetting, SideStarted } from './side.ts';

/** A side that serves. */
export interface RunningSide extends Disposable, SideStarted {
  ask<T>(message: SideMessage): Promise<T>;
}

/** Starts the owners; `urls` by platform code. */
export async function startOwners(): Promise<
  Child & { readonly urls: Readonly<Record<string, string>> }
> {
  const child = startChild(new URL('owners.ts', import.meta.url));
  const { urls } = await child.ask<{ urls: Readonly<Record<string, string>> }>('urls');
  return { ...child, urls };
}

/** Starts one side over these owners. */
export async function startSide(name: SideName, setting: SideSetting): Promise<RunningSide> {
  const child = startChild(new URL('side.ts', import.meta.url), [name]);
  return { ...child, ...(await child.ask<SideStarted>(setting)) };
}
