import { expect } from 'chai';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { documentRequest } from '../../../src/analyze/claude/request.ts';
import { priceOf } from '../../../src/analyze/claude/price.ts';
import { findProfile, listProfiles } from '../../../src/profiles/find-profile.ts';
import { loadProfile } from '../../../src/profiles/load-profile.ts';
import { validateRequest } from '../../support/claude-simulator/validate.ts';

describe('profiles', () => {
  let dir: string;
  before(() => (dir = mkdtempSync(join(tmpdir(), 'docbatch-profiles-'))));
  after(() => rmSync(dir, { recursive: true }));
  const fileWith = (yaml: string) => {
    mkdirSync(join(dir, 'profiles'), { recursive: true });
    writeFileSync(join(dir, 'profiles/own.yaml'), yaml);
    return findProfile('own', { projectDir: dir, userDir: dir });
  };
  const problemOf = (yaml: string, set: string[] = []): string => {
    try {
      loadProfile(fileWith(yaml), { set });
    } catch (error) {
      return (error as Error).message;
    }
    return expect.fail('Expected a problem');
  };
  const good = `prompt: Say it.\nschema: { type: object, properties: { a: { type: string } } }\n`;

  it('ships five that the API takes, with a known price', () => {
    const shipped = listProfiles({ projectDir: dir }).filter(({ isShipped }) => isShipped);
    expect(shipped.map(({ name }) => name)).to.deep.equal([
      'classify',
      'contract',
      'invoice',
      'resume',
      'summary',
    ]);
    for (const found of shipped) {
      const { profile, description } = loadProfile(found);
      validateRequest(documentRequest(profile, 'text'));
      expect(priceOf(profile.model, new Date())).to.not.equal(undefined);
      expect(description).to.not.equal('');
    }
  });

  it('names every mistake with its key, its value and what was expected', () => {
    expect(problemOf(`${good}maxTokens: abc\n`))
      .to.include('`maxTokens` is "abc": ')
      .and.to.include('number');
    expect(problemOf(`${good}maxToken: 3\n`)).to.include('unknown key `maxToken`');
    expect(problemOf('prompt: x\n')).to.include('`schema` is missing');
    expect(problemOf('- a\n')).to.include('to hold keys and values');
    expect(problemOf('prompt: "\n')).to.include('Cannot read the profile');
    expect(problemOf(`${good}quotes: [b]\n`)).to.include(
      '`quotes` names `b`: expected fields of the schema (a)',
    );
    expect(problemOf('prompt: x\nschema: { type: object, properties: { a: { type: text } } }\n')).to.include(
      '`schema.properties.a.type` is "text": expected string',
    );
    expect(
      problemOf('prompt: x\nschema: { type: object, properties: { grounding: { type: string } } }\n'),
    ).to.include('this name is taken');
    expect(problemOf(good, ['send=pdf'])).to.include('`send` is "pdf"');
    expect(problemOf(good, ['maxTokens'])).to.equal('Expected `--set` to be key=value, got `maxTokens`');
  });

  it('refuses what the API would refuse, and the simulator as well', () => {
    const many = (count: number, field: string) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`f${n}`, JSON.parse(field) as object]));
    const nullable = '{"type":["string","null"]}';
    const check = (properties: Record<string, object>, required: string[], said: string | null) => {
      const schema = { type: 'object', additionalProperties: false, required, properties };
      const request = documentRequest(loadProfile(fileWith(good)).profile, 'text');
      const found = fileWith(`prompt: Say it.\nschema: ${JSON.stringify(schema)}\n`);
      const format = { type: 'json_schema', schema };
      const send = () => validateRequest({ ...request, output_config: { format } });
      if (said === null) {
        loadProfile(found);
        send();
      } else {
        expect(() => loadProfile(found)).to.throw(said);
        expect(send).to.throw('output_config.format.schema');
      }
    };
    const names = (count: number) => Object.keys(many(count, '{}'));
    check(many(16, nullable), names(16), null);
    check(many(17, nullable), names(17), '`schema.properties.f16`: 17 fields have several types');
    check(many(24, '{"type":"string"}'), [], null);
    check(many(25, '{"type":"string"}'), [], '`schema.properties.f24`: 25 fields are not in `required`');
    const one = (field: object, said: string | null) => check({ a: field }, ['a'], said);
    one({ type: 'string', format: 'date' }, null);
    one({ type: 'string', format: 'iban' }, '`schema.properties.a.format` is "iban": expected date-time');
    one({ type: 'string', enum: [] }, '`schema.properties.a.enum` is []');
    one({ enum: ['x', { y: 1 }] }, '`schema.properties.a.enum.1` is {"y":1}');
    one({ const: { y: 1 } }, '`schema.properties.a.const` is {"y":1}');
    one({ type: ['string', 'null'], enum: ['x', null] }, null);
    one({ type: 'string', enum: ['x', null] }, '`schema.properties.a.enum.1` is null');
  });

  it('checks the section aggregate against the answer’s schema', () => {
    const schema = `schema:
  type: object
  properties:
    seller: { type: [string, 'null'] }
    currency: { type: string }
    total: { type: number }
    tags: { type: array, items: { type: string } }
    lines: { type: array, items: { type: object, properties: { amount: { type: number } } } }
`;
    const withSection = (section: string) => `prompt: Say it.\n${schema}aggregate: { ${section} }\n`;
    const wrong = (section: string) => expect(problemOf(withSection(section)));
    wrong('groupBy: [supplier]').to.include(
      '`aggregate.groupBy` names `supplier`, and the schema has no `supplier`: expected one of seller, currency',
    );
    wrong('groupBy: [tags]').to.include('which is an array');
    wrong('groupBy: [a b]').to.include('`aggregate.groupBy.0` is "a b": expected a path to one value');
    wrong('sum: [tags]').to.include('did you mean `tags[]`?');
    wrong('sum: ["total[]"]').to.include('is no list: leave `[]` out');
    wrong('sum: ["lines[].price"]').to.include('the schema has no `price`: expected one of amount');
    wrong('sum: [total, total]').to.include('names `total` twice');
    wrong('currency: total').to.include('`aggregate.currency` names `total`, which is a number');
    wrong('sums: [total]').to.include('unknown key `aggregate.sums`');
    wrong('summary: { maxTokens: 5 }').to.include('`aggregate.summary.prompt` is missing');
    const read = (section: string) => loadProfile(fileWith(withSection(section))).aggregate;
    expect(read('groupBy: [seller], sum: [total, "lines[].amount"]')).to.deep.equal({
      ...{ groupBy: ['seller'], count: true, sum: ['total', 'lines[].amount'] },
      ...{ currency: 'currency', summary: null },
    });
    expect(read('currency: null, summary: { prompt: Why? }')).to.deep.include({
      currency: null,
      summary: {
        ...{ prompt: 'Why?', model: 'claude-haiku-5-5', maxTokens: 1_500 },
        ...{ language: 'document', maxChars: 200_000, maxCalls: 20 },
      },
    });
    expect(loadProfile(fileWith(good)).aggregate).to.equal(null);
  });

  it('keeps the section out of what is asked about a document, so that another grouping pays for none', () => {
    const section = 'aggregate: { groupBy: [a] }\n';
    expect(loadProfile(fileWith(good + section)).profile).to.deep.equal(loadProfile(fileWith(good)).profile);
    const invoice = loadProfile(findProfile('invoice', { projectDir: dir, userDir: dir })).aggregate;
    expect(invoice).to.deep.include({ groupBy: ['seller'], currency: 'currency', summary: null });
  });

  it('takes changes by --set and --model, and the project’s file before a shipped one', () => {
    const { profile } = loadProfile(fileWith(good), {
      model: 'claude-opus-5-5',
      set: ['maxTokens=99', 'schema.properties.a.enum=[x, y]'],
    });
    expect(profile).to.include({ model: 'claude-opus-5-5', maxTokens: 99 });
    expect(profile.schema.properties).to.deep.equal({ a: { type: 'string', enum: ['x', 'y'] } });
    writeFileSync(join(dir, 'profiles/summary.yaml'), good);
    expect(findProfile('summary', { projectDir: dir, userDir: dir }).isShipped).to.equal(false);
    expect(() => findProfile('none', { projectDir: dir, userDir: dir })).to.throw(
      'No profile is called `none`',
    );
  });
});
