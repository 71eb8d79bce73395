import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { createClaudeAnalyzer } from '../../../../src/analyze/claude/create-claude.ts';
import type { EstimatedDocument } from '../../../../src/analyze/claude/estimate.ts';
import { createEstimator, guessOutput } from '../../../../src/analyze/claude/estimate.ts';
import { createClaudeClient } from '../../../../src/analyze/claude/client.ts';
import { groundQuotes } from '../../../../src/analyze/claude/ground.ts';
import { pictureSize, pictureTokens } from '../../../../src/analyze/claude/picture-size.ts';
import { priceOf } from '../../../../src/analyze/claude/price.ts';
import { worstTokens } from '../../../../src/analyze/claude/call.ts';
import { pieceRequest } from '../../../../src/analyze/claude/request.ts';
import { splitDocument } from '../../../../src/analyze/claude/split-document.ts';
import type { AnalysisInput, Analysis, Json } from '../../../../src/domain/analyzer.ts';
import { defaultLimits } from '../../../../src/domain/default-limits.ts';
import type { CallReport } from '../../../../src/domain/limits.ts';
import type { PaidCall } from '../../../../src/domain/money.ts';
import type { PictureOrder } from '../../../../src/domain/pictures.ts';
import type { ProviderAnswer } from '../../../../src/domain/provider-batch.ts';
import { AwaitsAnswers } from '../../../../src/domain/provider-batch.ts';
import type { Profile } from '../../../../src/domain/profile.ts';
import { extractFile } from '../../../../src/extract/extract-file.ts';
import { renderFile } from '../../../../src/extract/render-file.ts';
import type { ClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { nativePdf, scannedPages, scannedPdf } from '../../../support/scanned-pdf.ts';
import { documentOf, failureOf, freeMeter, never } from '../support.ts';
import { profileOf } from './support.ts';

describe('pages and images for claude', () => {
  let simulator: ClaudeSimulator;
  let scan: Buffer;
  before(async () => {
    simulator = await startClaudeSimulator();
    scan = await scannedPdf(['Invoice 1', 'Second', 'Third'], new Map([[2, 'The second page has text']]));
  });
  beforeEach(() => {
    simulator.set({ maxSidePx: 8_000 });
    simulator.ledger.clear();
  });
  after(() => simulator.close());

  const auto = (changes: Partial<Profile> = {}) => profileOf({ send: 'auto', ...changes });

  function analyzerFor(profile: Profile, name: 'claude' | 'claude-batch' = 'claude') {
    const deps = { env: { ANTHROPIC_API_KEY: 'sk-x' }, baseUrl: simulator.url, prices: {} };
    const ground = (input: Parameters<typeof groundQuotes>[0]) => Promise.resolve(groundQuotes(input));
    return createClaudeAnalyzer(profile, { ...deps, ground }, name);
  }

  async function documentFrom(content: Buffer, name: string) {
    const { extraction } = await extractFile({ content, name, memberPath: [], known: null }, defaultLimits);
    const contentSha256 = createHash('sha256').update(content).digest('hex');
    const paid: PaidCall[] = [];
    const reserved: number[] = [];
    let renderings = 0;
    const document: AnalysisInput = documentOf({
      extraction: extraction!,
      contentSha256,
      render: (order: PictureOrder) => {
        renderings += 1;
        return renderFile({ content, name, memberPath: [], order }, defaultLimits);
      },
      meter: {
        ...freeMeter,
        reserve: async (worst) => void reserved.push(await worst()),
        paid: (call) => paid.push(call),
      },
    });
    return { document, paid, reserved, renderings: () => renderings };
  }

  const answered = () => simulator.ledger.entries.filter(({ tokens }) => tokens !== null);

  const asked = () => simulator.ledger.entries.filter(({ endpoint }) => endpoint === 'messages');

  it('sends pages without text as pictures between the text of the others', async () => {
    const { document, paid } = await documentFrom(scan, 'scan.pdf');
    const { answer } = await analyzerFor(auto()).analyze(document, never);
    expect((answer as { claude: object }).claude).to.include({ parts: 1, pictures: 2 });
    const [entry] = answered();
    expect(entry).to.include({ images: 2, pdfPages: 0 });
    expect(paid[0]!.costNanoUsd).to.equal(entry!.costNanoUsd);
    expect(paid[0]!.inputTokens).to.be.above(2 * 56 * 40);
  });

  it('sends an image, of any format, and says which quotes nobody could check', async () => {
    const [jpeg] = await scannedPages(['A receipt']);
    const { document } = await documentFrom(jpeg!, 'receipt.jpg');
    simulator.set({ fabricateQuotes: 1 });
    const { answer } = await analyzerFor(auto()).analyze(document, never);
    simulator.set({ fabricateQuotes: 0 });
    expect(answered()[0]).to.include({ images: 1 });
    const { grounding } = answer as unknown as { grounding: { status: string }[] };
    expect(grounding.map(({ status }) => status)).to.deep.equal(['unchecked']);
  });

  it('splits what one call cannot take, and merges the answers', async () => {
    const { document, paid } = await documentFrom(scan, 'scan.pdf');
    const profile = auto({ pictures: { maxEdgePx: 400, perCall: 1 } });
    const { answer } = await analyzerFor(profile).analyze(document, never);
    expect((answer as { claude: object }).claude).to.include({ parts: 2, pictures: 2 });
    expect(answered().map(({ images }) => images)).to.deep.equal([1, 1, 0]);
    expect(paid).to.have.length(3);
  });

  it('sends a PDF as it is where the profile says so, in pieces of so many pages', async () => {
    const pages = ['One', 'Two', 'Three', 'Four', 'Five'].map((text) => `${text} of the pages`);
    const { document } = await documentFrom(await nativePdf(pages), 'native.pdf');
    const whole = analyzerFor(auto({ send: 'native' }));
    expect(((await whole.analyze(document, never)).answer as { claude: object }).claude).to.include({
      pdfPages: 5,
    });
    const inPieces = analyzerFor(auto({ send: 'native', pictures: { maxEdgePx: 400, perCall: 2 } }));
    await inPieces.analyze(document, never);
    expect(answered().map(({ pdfPages }) => pdfPages)).to.deep.equal([5, 2, 2, 1, 0]);
    expect(answered().map(({ images }) => images)).to.deep.equal([0, 0, 0, 0, 0]);
  });

  it('sends as many pages as may be shown, and the text of the others', async () => {
    const pages = ['One', 'Two', 'Three'].map((text) => `${text} of the pages`);
    const { document } = await documentFrom(await nativePdf(pages), 'native.pdf');
    const native = splitDocument(document.extraction, auto({ send: 'native' }), 2);
    expect(native.map(({ pdfPages }) => pdfPages.map(({ page }) => page))).to.deep.equal([[1, 2], []]);
    expect(native[0]!.pdfPages[0]!.textBytes).to.be.at.least(16);
    expect(native[1]!.text).to.include('Three of the pages').and.not.include('Two');
  });

  it('sends what is refused as too large once more, smaller, and pays once', async () => {
    const { document, paid } = await documentFrom(scan, 'scan.pdf');
    simulator.set({ maxSidePx: 700 });
    await analyzerFor(auto()).analyze(document, never);
    const statuses = asked().map(({ status }) => status);
    expect([statuses, paid.length]).to.deep.equal([[400, 200], 1]);
  });

  it('sends a request that is too large in all once more, its pages as smaller pictures', async () => {
    const pdf = await nativePdf(['Some text on a page']);
    for (const [name, bytes, send] of [
      ['scan.pdf', scan, 'auto'],
      ['native.pdf', pdf, 'native'],
    ] as const) {
      simulator.ledger.clear();
      const fault = { kind: 'status', status: 413, type: 'request_too_large' } as const;
      simulator.set({ faults: [{ fault, times: 1 }] });
      const { document } = await documentFrom(bytes, name);
      const orders: PictureOrder[] = [];
      const render = (order: PictureOrder) => (orders.push(order), document.render(order));
      await analyzerFor(auto({ send })).analyze({ ...document, render }, never);
      expect(
        asked().map(({ status }) => status),
        name,
      ).to.deep.equal([413, 200]);
      const [first, second] = orders.map(({ pages: [page] }) => page!.widthPx);
      expect(second! / first!, name).to.be.within(0.65, 0.75);
      expect(orders[1]!.as).to.equal('jpeg');
    }
    simulator.set({ faults: [] });
  });

  it('makes its pictures last, and waits for nothing with them', async () => {
    const { document } = await documentFrom(scan, 'scan.pdf');
    const said: string[] = [];
    const meter = {
      ...document.meter,
      reserve: async (worst: () => Promise<number>) => void said.push(`reserve ${(await worst()) > 0}`),
      admit: () => Promise.resolve(void said.push('admit')),
      room: (sizeBytes: number) => {
        said.push(`room ${sizeBytes > 100_000 && sizeBytes < 5_000_000}`);
        return Promise.resolve(() => void said.push('leave'));
      },
    };
    const render = async (order: PictureOrder) => {
      said.push('render');
      const rendered = await document.render(order);
      // Longer than the analysis may take.
      await new Promise((resolve) => setTimeout(resolve, 600));
      return rendered;
    };
    await analyzerFor(auto()).analyze({ ...document, meter, render, timeoutMs: 500 }, never);
    expect(said).to.deep.equal(['reserve true', 'admit', 'room true', 'render', 'leave']);
  });

  it('gives its room and its place back when the file is gone', async () => {
    const { document } = await documentFrom(scan, 'scan.pdf');
    const said: string[] = [];
    const meter = {
      ...document.meter,
      room: () => Promise.resolve(() => void said.push('leave')),
      report: ({ usage }: CallReport) => void said.push(`used ${usage?.inputTokens}`),
    };
    const render = () => Promise.reject(new Error('gone'));
    const error = await analyzerFor(auto())
      .analyze({ ...document, meter, render }, never)
      .catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'gone');
    expect(said).to.deep.equal(['used 0', 'leave']);
    expect(asked()).to.deep.equal([]);
  });

  it('fails when that is refused, too', async () => {
    const { document } = await documentFrom(scan, 'scan.pdf');
    const details = { error_code: 'image_dimensions_too_large', max_side_length_pixels: 500, paths: [] };
    const fault = { kind: 'status', status: 400, type: 'invalid_request_error', details } as const;
    simulator.set({ faults: [{ fault }] });
    const failure = await failureOf(analyzerFor(auto()).analyze(document, never));
    simulator.set({ faults: [] });
    expect([failure.failureClass, failure.code]).to.deep.equal(['permanent', 'image_too_large']);
    expect(asked()).to.have.length(2);
  });

  it('makes no call about a scan when only text is to be sent', async () => {
    const { document } = await documentFrom(await scannedPdf(['One']), 'scan.pdf');
    const failure = await failureOf(analyzerFor(auto({ send: 'text' })).analyze(document, never));
    expect([failure.code, simulator.ledger.totals().requests]).to.deep.equal(['empty', 0]);
  });

  it('reserves no less than a call is billed, with and without the free count', async () => {
    for (const faults of [[], [{ endpoint: 'count_tokens', fault: failing } as const]]) {
      simulator.set({ faults: [...faults] });
      for (const [name, bytes, send] of [
        ['scan.pdf', scan, 'auto'],
        ['native.pdf', await nativePdf(['Some text on a page']), 'native'],
      ] as const) {
        const { document, paid, reserved } = await documentFrom(bytes, name);
        await analyzerFor(auto({ send })).analyze(document, never);
        expect(reserved[0], name).to.be.at.least(paid[0]!.costNanoUsd);
      }
    }
    simulator.set({ faults: [] });
  });
  const failing = { kind: 'status', status: 500, type: 'api_error' } as const;

  it('counts the text of pages that are sent as they are', () => {
    const page = { page: 1, widthPx: 1_000, heightPx: 1_400, textBytes: 90_000 };
    const piece = { text: '', pictures: [], pdfPages: [page] };
    expect(worstTokens(pieceRequest(auto({ send: 'native' }), 'ab', piece))).to.be.above(95_000);
  });

  it('estimates pages and pictures as they are billed', async () => {
    for (const [name, bytes, send] of [
      ['scan.pdf', scan, 'auto'],
      ['native.pdf', await nativePdf(['Some text on a page', 'More']), 'native'],
    ] as const) {
      const { document, paid } = await documentFrom(bytes, name);
      const profile = auto({ send });
      const estimator = createEstimator(profile, {
        client: await createClaudeClient({ env: { ANTHROPIC_API_KEY: 'sk-x' }, baseUrl: simulator.url }),
        price: priceOf(profile.model, new Date())!,
        isBatch: false,
        output: guessOutput(profile, null),
        signal: never,
      });
      estimator.add(document satisfies EstimatedDocument);
      const [estimate] = await estimator.finish();
      await analyzerFor(profile).analyze(document, never);
      expect(estimate!.inputTokens / paid[0]!.inputTokens, name).to.be.within(0.98, 1.02);
    }
  });

  it('asks by the batch about pages that are drawn once, whatever becomes of the file', async () => {
    const answers = new Map<string, ProviderAnswer & { customId: string }>();
    const analyzer = analyzerFor(
      auto({ quotes: [], pictures: { maxEdgePx: 400, perCall: 1 } }),
      'claude-batch',
    );
    const { document, renderings } = await documentFrom(scan, 'scan.pdf');
    const analyze = (changes: Partial<AnalysisInput> = {}): Promise<Analysis> =>
      analyzer.analyze(
        {
          ...document,
          ...changes,
          recorded: { answers, hasBudget: false, isOnline: false, keep: () => undefined },
        },
        never,
      );
    const question = async (): Promise<AwaitsAnswers> => {
      const error = await analyze(gone).catch((reason: unknown) => reason);
      return error instanceof AwaitsAnswers ? error : expect.fail(`no question, but ${String(error)}`);
    };
    const gone: Partial<AnalysisInput> = {};
    const give = ({ requests }: AwaitsAnswers): void => {
      const text = '{"title":"A","kind":"letter"}';
      const message = { content: [{ type: 'text', text }], stop_reason: 'end_turn', usage: {} };
      for (const { key } of requests) {
        answers.set(key, { type: 'succeeded', message: message as unknown as Json, customId: key });
      }
    };
    const pieces = await question();
    expect(pieces.requests.map(({ body }) => body.includes('"media_type":"image/jpeg"'))).to.deep.equal([
      true,
      true,
    ]);
    expect(renderings()).to.equal(2);
    give(pieces);
    gone.render = () => Promise.reject(new Error('the file is gone'));
    give(await question());
    const { answer } = await analyze(gone);
    expect(answer).to.deep.include({ title: 'A' });
  });

  it('keeps to what the model takes in', () => {
    const poster = { page: 1, widthPx: 9_000, heightPx: 12_000 };
    const sizeFor = (model: string, inCall = 1) => pictureSize(poster, { model, maxEdgePx: 2_576, inCall });
    expect(sizeFor('claude-haiku-5-5').heightPx).to.be.within(1_900, 2_576);
    expect(pictureTokens(sizeFor('claude-haiku-5-5'))).to.be.at.most(4_784);
    expect(pictureTokens(sizeFor('claude-haiku-4-5'))).to.be.at.most(1_568);
    expect(sizeFor('claude-haiku-5-5', 21).heightPx).to.be.at.most(2_000);
    const stamp = { page: 1, widthPx: 30, heightPx: 20 };
    expect(pictureSize(stamp, { model: 'claude-haiku-5-5', maxEdgePx: 1_568, inCall: 1 })).to.include({
      widthPx: 30,
      scale: 1,
    });
  });
});
