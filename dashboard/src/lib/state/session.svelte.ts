/** Who is signed in; the dashboard works without anybody where the gateway lets it. */
import { goto } from '$app/navigation';
import { page } from '$app/state';
import { at, pathOf } from '../address.ts';
import { askWhenAdmitted } from '../api/client.ts';
import { askVisit, signOut, type SignedIn } from '../api/session.ts';
import { forgetFigures } from './paint.ts';

export const signInPath = '/sign-in';

export class Session {
  /** Null: nobody; undefined: not known yet, or not to be had. */
  current = $state.raw<SignedIn | null>();
  /** Whether that was answered, or could not be. */
  told = $state(false);

  constructor() {
    const visit = askVisit();
    // Where that cannot be told, who is signed in is not shown, and everything else is as it is.
    askWhenAdmitted(
      visit.then(
        ({ mayAsk }) => mayAsk,
        () => true,
      ),
    );
    visit.then(
      ({ signedIn, mayAsk }) => {
        this.current = signedIn;
        this.told = true;
        // Whoever comes next must not see what the one before saw.
        if (!mayAsk) forgetFigures(localStorage);
      },
      () => {
        this.told = true;
      },
    );
  }

  /** Ends the session, and shows what everybody sees. */
  async signOut(): Promise<void> {
    await signOut();
    forgetFigures(localStorage);
    location.assign(at('/'));
  }
}

/** The sign-in page, which leads back here. */
export function signInHref(): string {
  const choices = new URLSearchParams(page.url.search);
  if (pathOf(page.url.pathname) !== signInPath)
    choices.set('next', page.url.pathname + page.url.search);
  return at(`${signInPath}?${choices}`);
}

/** Where the gateway wants to know who asks. Pages for developers have a way to sign in of their own. */
export async function signInFirst(): Promise<void> {
  const pathname = pathOf(page.url.pathname);
  const isOpen = pathname === signInPath || /^\/developer(\/|$)/.test(pathname);
  if (!isOpen) await goto(signInHref());
}
