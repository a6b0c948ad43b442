/** There is no such page but in development. */
import { error } from '@sveltejs/kit';
import { dev } from '$app/env';

export function load(): void {
  if (!dev) error(404);
}
