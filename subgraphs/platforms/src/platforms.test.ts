/** The platforms of the reference net are whole, and a definition that is not is refused by file and field. */
import { describe, expect, test } from 'vitest';
import { parseDefinition } from './parse.ts';
import { platformByCode, platforms } from './platforms.ts';

test('25 platforms: province, aid centre, 17 cities, two counties, four enterprises', () => {
  const kinds = Map.groupBy(platforms, (platform) => platform.kind);
  expect(Object.fromEntries([...kinds].map(([kind, of]) => [kind, of.length]))).toEqual({
    PROVINCE: 1,
    AID_CENTRE: 1,
    CITY: 17,
    COUNTY: 2,
    ENTERPRISE: 4,
  });
});

test('15 of the 17 cities are connected; the other two are marked 示例', () => {
  const open = platforms.filter((platform) => platform.connection !== 'CONNECTED');
  expect(open.map((platform) => platform.code)).toEqual(['422800', '429021']);
  for (const platform of platforms) {
    expect(platform.demoNotice).toContain(open.includes(platform) ? '示例' : '演示数据');
  }
});

test('offsets and keys are unique, and parents exist', () => {
  expect(new Set(platforms.map((platform) => platform.portOffset)).size).toBe(platforms.length);
  for (const platform of platforms) {
    expect(platformByCode(platform.parent ?? platform.code)).toBeDefined();
    const keys = platform.publishedFigures.map((figure) => figure.key);
    expect(new Set(keys).size).toBe(keys.length);
  }
});

test('departments are named once each, and Wuhan has 29', () => {
  for (const { code, departments = [] } of platforms) {
    const codes = departments.map((department) => department.code);
    expect([code, new Set(codes).size]).toEqual([code, codes.length]);
  }
  expect(platformByCode('420100')?.departments).toHaveLength(29);
});

test('what stands for a figure satisfies it', () => {
  const satisfies = {
    EXACT: (total: number, value: number) => total === value,
    OVER: (total: number, value: number) => total > value,
    NEARLY: (total: number, value: number) => total < value,
  };
  const wrong = platforms
    .flatMap((platform) => platform.publishedFigures)
    .filter(({ demo, metric, qualifier, value }) =>
      demo === null ? metric !== null : !satisfies[qualifier](demo.total, value),
    );
  expect(wrong).toEqual([]);
});

test('who answers for a platform is an office that is marked as made up, at an address that can be nobody’s', () => {
  for (const { responsible } of platforms) {
    expect(responsible.office).toContain('（示例）');
    expect(responsible.officeEn).toContain('(example)');
    expect(responsible.email).toMatch(/@[a-z0-9-]+\.example$/);
  }
});

const office = {
  office: '网络工作部',
  officeEn: 'Network office',
  email: 'data@420500.example',
  telephone: null,
  url: null,
};

describe('a definition is refused', () => {
  test.each([
    [{ nameEn: '' }, '420500/platform.json: nameEn is ""'],
    [{ kind: 'TOWN' }, 'kind is "TOWN", and must be one of PROVINCE'],
    [{ serves: ['420500', '999999'] }, 'serves[1] is "999999", and must be a division code'],
    [{ modules: ['core', 'weather'] }, 'modules[1] is "weather", and must be a contract module'],
    [{ position: { latitude: 30, longitude: 30 } }, 'position.longitude is 30'],
    [
      { mediaChannels: [{ id: 'x', name: 'x', channel: 'FAX' }] },
      'mediaChannels[0].channel is "FAX"',
    ],
    [
      { departments: [{ code: '民政', name: '民政局', questions: [] }] },
      'code is "民政", and must be a name in capitals',
    ],
    [
      { departments: [{ code: 'TAXATION', name: '税务局', questions: ['a b'] }] },
      'questions[0] is "a b", and must be a name in capitals',
    ],
    [{ publishedFigures: [{ key: 'a' }] }, 'publishedFigures[0].label is missing'],
    [{ portOffset: 1.5 }, 'portOffset is 1.5, and must be a whole number'],
    [
      { responsible: { ...office, email: null } },
      'responsible: name at least one contact of the office',
    ],
    [{ responsible: { ...office, url: 'javascript:alert(1)' } }, '`url` is "javascript:alert(1)"'],
    [{ responsible: { ...office, email: 'data' } }, '`email` is "data"'],
    [{ colour: 'red' }, 'colour is not a known field'],
    [{ code: '420600' }, 'must be a platform code and name the folder'],
    [{ modules: ['requests'] }, 'modules must name "core"'],
  ])('%j', (change, message) => {
    const text = JSON.stringify({ ...platformByCode('420500'), ...change });
    expect(() => parseDefinition(text, '420500/platform.json')).toThrow(message);
  });

  test('that is not JSON', () => {
    expect(() => parseDefinition('{', 'X/platform.json')).toThrow('X/platform.json: not JSON');
  });
});
