/** That what deploy/ says is so: every option exists, and every name leads somewhere. No engine is needed, and none has run it. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

const root = join(import.meta.dirname, '..');

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly args?: readonly string[];
  readonly env?: readonly {
    readonly name: string;
    readonly valueFrom?: {
      readonly secretKeyRef?: { readonly name: string; readonly key: string };
    };
  }[];
  readonly ports?: readonly { readonly name: string; readonly containerPort: number }[];
  readonly volumeMounts?: readonly { readonly name: string }[];
}

interface Resource {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly stringData?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly serviceName?: string;
    readonly selector?: Readonly<Record<string, string>> & {
      readonly matchLabels?: Readonly<Record<string, string>>;
    };
    readonly ports?: readonly { readonly port: number }[];
    readonly volumeClaimTemplates?: readonly { readonly metadata: { readonly name: string } }[];
    readonly template?: {
      readonly metadata?: { readonly labels: Readonly<Record<string, string>> };
      readonly spec: {
        readonly containers: readonly Container[];
        readonly volumes?: readonly {
          readonly name: string;
          readonly configMap?: { readonly name: string };
          readonly persistentVolumeClaim?: { readonly claimName: string };
        }[];
      };
    };
  };
}

const compose = parse(readFileSync(join(root, 'deploy/compose.yaml'), 'utf8'), {
  merge: true,
}) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
};
const resources = readdirSync(join(root, 'deploy/kubernetes')).flatMap((file) =>
  parseAllDocuments(readFileSync(join(root, 'deploy/kubernetes', file), 'utf8')).map(
    (document) => document.toJS() as Resource,
  ),
);
const workloads = resources.flatMap((resource) => {
  const { template } = resource.spec ?? {};
  return template ? [{ resource, template }] : [];
});
const containers = workloads.flatMap(({ template }) => template.spec.containers);

/** The options that a program declares; its text is read, since to load it takes seconds. */
function optionsOf(main: string): ReadonlySet<string> {
  const text = readFileSync(join(root, main), 'utf8');
  const declared = text.matchAll(/^\s+'?([a-z-]+)'?: \{\s*type: '(?:string|boolean)'/gm);
  return new Set([...declared].map(([, name]) => `--${name}`));
}

const ours = [
  ...Object.entries(compose.services).map(([name, { command = [] }]) => ({
    name,
    args: command,
  })),
  ...containers.map(({ name, args }) => ({ name, args: args ?? [] })),
].filter(({ args }) => args[0]?.endsWith('.ts'));

test('every program exists and knows every option that it is given', () => {
  expect(ours.length).toBeGreaterThan(6);
  for (const { name, args } of ours) {
    const [main = '', ...options] = args;
    expect(existsSync(join(root, main)), main).toBe(true);
    const known = optionsOf(main);
    expect(known.size, main).toBeGreaterThan(5);
    for (const option of options) {
      expect(known, `${name} of ${main}`).toContain(option.split('=')[0]);
    }
  }
});

test('images have a version, and there is one image of ours', () => {
  const images = [...Object.values(compose.services), ...containers].map(({ image }) => image);
  for (const image of images) expect(image).toMatch(/:\d+\.\d+/);
  const own = new Set(images.filter((image) => image.startsWith('onenet')));
  expect([...own]).toEqual(['onenet:0.1.0']);
  const dockerfile = readFileSync(join(root, 'deploy/Dockerfile'), 'utf8');
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    version: string;
    packageManager: string;
    dependencies: { node: string };
  };
  expect(dockerfile).toContain(`FROM node:${manifest.dependencies.node}-`);
  expect(dockerfile).toContain(manifest.packageManager);
  expect([...own][0]).toBe(`onenet:${manifest.version}`);
});

test('names in compose.yaml lead somewhere', () => {
  const names = Object.keys(compose.services);
  for (const [
    name,
    { depends_on: needs = {}, volumes = [], command, environment = {} },
  ] of Object.entries(compose.services)) {
    expect(names, name).toEqual(expect.arrayContaining(Object.keys(needs)));
    for (const volume of volumes) {
      expect(Object.keys(compose.volumes)).toContain(volume.split(':')[0]);
    }
    const text = [...(command ?? []), ...Object.values(environment)].join(' ');
    for (const [, host] of text.matchAll(
      /(?:https?:\/\/(?:[^\s/@]*@)?|mongodb:\/\/)([a-z][a-z-]*):\d+/g,
    )) {
      expect(names, `${name}: ${host}`).toContain(host);
    }
  }
});

test('names in the manifests lead somewhere', () => {
  const named = (kind: string) =>
    resources.filter((each) => each.kind === kind).map(({ metadata }) => metadata.name);
  const secrets = new Map(
    resources
      .filter(({ kind }) => kind === 'Secret')
      .map(({ metadata, stringData = {} }) => [metadata.name, Object.keys(stringData)]),
  );
  for (const { kind, metadata } of resources) {
    if (kind !== 'Namespace') expect(metadata.namespace, metadata.name).toBe('onenet');
  }
  for (const { resource, template } of workloads) {
    const { serviceName, selector, volumeClaimTemplates = [] } = resource.spec ?? {};
    if (selector) expect(template.metadata?.labels).toEqual(selector.matchLabels);
    if (serviceName !== undefined) expect(named('Service')).toContain(serviceName);
    const volumes = template.spec.volumes ?? [];
    const mountable = [...volumes, ...volumeClaimTemplates.map(({ metadata }) => metadata)];
    for (const { configMap, persistentVolumeClaim: claim } of volumes) {
      if (configMap) expect(named('ConfigMap')).toContain(configMap.name);
      if (claim) expect(named('PersistentVolumeClaim')).toContain(claim.claimName);
    }
    for (const { volumeMounts = [], env = [], args = [] } of template.spec.containers) {
      const has = mountable.map(({ name }) => name);
      expect(has).toEqual(expect.arrayContaining(volumeMounts.map(({ name }) => name)));
      for (const { valueFrom } of env) {
        const from = valueFrom?.secretKeyRef;
        if (from) expect(secrets.get(from.name)).toContain(from.key);
      }
      for (const [, host] of args.join(' ').matchAll(/http:\/\/([a-z-]+):\d+/g)) {
        expect(named('Service')).toContain(host);
      }
    }
  }
});

test('every service reaches a port that some container opens', () => {
  for (const { kind, metadata, spec } of resources) {
    if (kind !== 'Service') continue;
    const [selected] = Object.entries((spec?.selector ?? {}) as Readonly<Record<string, string>>);
    if (!selected) throw new Error(`${metadata.name} selects nothing.`);
    const [label, value] = selected;
    const pods = workloads.filter(({ resource, template }) =>
      label === 'statefulset.kubernetes.io/pod-name'
        ? value.startsWith(`${resource.metadata.name}-`)
        : template.metadata?.labels[label] === value,
    );
    const opened = pods.flatMap(({ template }) =>
      template.spec.containers.flatMap(({ ports = [] }) =>
        ports.map(({ containerPort }) => containerPort),
      ),
    );
    const asked = (spec?.ports ?? []).map(({ port }) => port);
    expect(opened, metadata.name).toEqual(expect.arrayContaining(asked));
  }
});
