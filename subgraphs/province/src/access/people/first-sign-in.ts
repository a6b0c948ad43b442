/** Where there is nobody yet: somebody who may do everything, whose password stands in a file until it is changed. */
import { rename, rm, writeFile } from 'node:fs/promises';
import { NetError } from '@onenet/contract';
import { program } from '../../registry/registry.ts';
import type { AccessStore } from '../store.ts';
import { addPerson } from './people.ts';
import { normalizedName } from './person.ts';

const firstName = 'admin';

/** Makes the first person, and writes name and password for the file's owner alone. */
export async function ensureFirstPerson(store: AccessStore, file: string): Promise<void> {
  if (await store.people.findOne({}, { projection: { _id: 1 } })) return;
  try {
    const { password } = await addPerson(
      store,
      firstName,
      ['leader', 'administrator'],
      null,
      program,
    );
    const text = `name: ${firstName}\npassword: ${password}\n`;
    await writeFile(`${file}.new`, text, { mode: 0o600 });
    await rename(`${file}.new`, file);
  } catch (error) {
    // Another process was first.
    if (!(error instanceof NetError && error.code === 'CONFLICT')) throw error;
  }
}

/** The file says nothing any more once the password is another, or the person is gone. */
export async function forgetFirstPassword(file: string | undefined, name: string): Promise<void> {
  if (file !== undefined && normalizedName(name) === firstName) await rm(file, { force: true });
}
