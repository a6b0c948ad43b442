/** `./onenet withdraw`: a platform leaves the net; it stays registered, with its history. */
import { callRegistry, registryOptions } from './registry.ts';
import { required, runCommand } from './run.ts';

const options = {
  platform: { kind: 'text', default: '', help: "the platform's code, e.g. 422800" },
  ...registryOptions,
} as const;

export function withdraw(args: readonly string[], usage: string): Promise<number> {
  return runCommand(options, args, usage, async (values) => {
    const code = required('platform', values.platform);
    const { body } = await callRegistry(values, 'POST', `/${encodeURIComponent(code)}/withdraw`);
    console.log(`${code} is ${String(body['connection'])}, and not asked.`);
    return 0;
  });
}
