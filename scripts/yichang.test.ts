/** Yichang's platform in Python beside the contract: its text, its tables of steps and actors, its working days, the test vectors. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { vectorsFolder } from '@onenet/audit';
import {
  actorsOf,
  contractSchema,
  platformSdl,
  requestWorkingDays,
  stepOf,
  workingDayTable,
} from '@onenet/contract';
import { expect, test } from 'vitest';
import { yichang, yichangPython } from './yichang.ts';

const run = promisify(execFile);
const folder = join(import.meta.dirname, '../subgraphs/examples/python');
const modules = ['members', 'content', 'transfers'] as const;

/** What a script of its own prints, as JSON. */
async function python(script: string, ...args: readonly string[]): Promise<unknown> {
  const program = await yichangPython(() => undefined);
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1' };
  const { stdout } = await run(program, ['-c', script, ...args], { cwd: folder, env });
  return JSON.parse(stdout) as unknown;
}

test("Yichang's contract.graphql is what the contract says of its modules", async () => {
  const text = await readFile(join(folder, 'contract.graphql'), 'utf8');
  // Written by: ./onenet contract sdl --modules members,content,transfers > contract.graphql
  expect(text.trimEnd()).toBe(platformSdl(modules).trimEnd());
});

test('its resolvers are those of fields that the contract has', async () => {
  const script = `import json; from yichang.app import make_app; from yichang.federation import LEFT_OUT
make_app("postgres:", "${yichang}", [], "https://union.example/join"); print(json.dumps(LEFT_OUT))`;
  expect(await python(script)).toEqual([]);
});

test("its mutations, steps and actors are the contract's", async () => {
  const script = `import json; from yichang.commands import ACTORS; from yichang.life_cycles import STEPS
from yichang.mutations import MUTATIONS
print(json.dumps({name: {"actors": ACTORS[name].split(), "step": name in STEPS and [
  STEPS[name].of, list(STEPS[name].came_from), STEPS[name].leads_to]} for name in MUTATIONS}))`;
  const text = platformSdl(modules);
  const offered = Object.keys(contractSchema().getMutationType()?.getFields() ?? {}).filter(
    (name) => new RegExp(`^  ${name}\\(`, 'm').test(text),
  );
  const contract = offered.map((name) => {
    const step = stepOf(name);
    // What makes a record needs none.
    const known = step !== undefined && step.from.length > 0 && [step.of, step.from, step.to];
    return [name, { actors: actorsOf(name), step: known }];
  });
  expect(await python(script)).toEqual(Object.fromEntries(contract));
});

test("its working days are the contract's", async () => {
  const text = await readFile(join(folder, 'working-days.json'), 'utf8');
  expect(JSON.parse(text)).toEqual(workingDayTable);
  const script = `import json; from yichang.working_days import PERIODS; print(json.dumps(PERIODS))`;
  expect(await python(script)).toEqual(requestWorkingDays);
});

test('the test vectors hold: deadlines, identity numbers, what is sealed', async () => {
  const script = `import json, sys
from joserfc.jwk import ECKey
from yichang import checks, sealing, working_days
from yichang.errors import NetError
from yichang.times import parse_time, show_time

def vectors(name):
    with open(f"{sys.argv[1]}/{name}.json", encoding="utf-8") as file:
        return json.load(file)

def refused(check, *given):
    try:
        return f"taken: {check(*given)}"
    except NetError as error:
        return error.code

days = [(each["at"], show_time((working_days.working_days_after if each["days"] >= 0
    else working_days.working_days_before)(parse_time(each["time"]), abs(each["days"]))))
    for each in vectors("working-days")["cases"]]
numbers = vectors("matching")
taken = [(each["number"].upper(), checks.optional_identity_number(each["number"])) for each in numbers["hashes"]]
sealed = vectors("sealing")
key = ECKey.import_key(sealed["privateJwk"])
opened = [(each["data"], sealing.open_sealed([key], each["sealed"])) for each in sealed["opened"]]
own = [(each["data"], sealing.open_sealed([key], sealing.seal(sealed["publicJwk"], each["data"])))
    for each in sealed["opened"]]
print(json.dumps({"pairs": [*days, *taken, *opened, *own], "refused": [
    *[refused(checks.optional_identity_number, each["number"]) for each in numbers["refused"]],
    *[refused(sealing.open_sealed, [key], each["sealed"]) for each in sealed["refused"]],
    refused(sealing.seal, json.dumps(sealed["privateJwk"]), {}), refused(sealing.seal, "{}", {})]}))`;
  const { pairs, refused } = (await python(script, vectorsFolder)) as {
    pairs: readonly (readonly [unknown, unknown])[];
    refused: readonly string[];
  };
  expect(pairs.length).toBeGreaterThan(25);
  expect(pairs.map(([, found]) => found)).toEqual(pairs.map(([wanted]) => wanted));
  expect(refused.length).toBeGreaterThan(10);
  expect(new Set(refused)).toEqual(new Set(['BAD_INPUT']));
});
