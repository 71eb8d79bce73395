import { models } from './models.ts';
import type { ContentBlock, MessagesRequest, Schema } from './request.ts';
import { allBlocks, blocksOf } from './request.ts';
import { ApiFault, invalid } from './respond.ts';
import { limitSchema } from './schema-limits.ts';
import { pdfPages, sideways } from './seen-pages.ts';
import { countInput } from './tokens.ts';

const KNOWN = new Set(
  'model max_tokens messages system output_config cache_control metadata stop_sequences stream thinking service_tier inference_geo tools tool_choice'.split(
    ' ',
  ),
);
const IMAGE_TYPES: Record<string, string> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/gif': 'gif',
  'image/webp': 'webp',
};
const MAX_IMAGE_BASE64 = 10 * 1024 * 1024;

/** Refuses what the API refuses, with its status and type. `isCounted`: count_tokens needs no max_tokens. */
export function validateRequest(
  body: unknown,
  { isCounted = false, isBatch = false, maxSidePx = 8_000 } = {},
): MessagesRequest {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw invalid('The request body is not valid JSON');
  }
  const request = body as MessagesRequest;
  for (const name of ['temperature', 'top_p', 'top_k']) {
    if (name in request) throw invalid(`${name}: Extra inputs are not permitted`);
  }
  const unknown = Object.keys(request).find((name) => !KNOWN.has(name));
  if (unknown !== undefined) throw invalid(`${unknown}: Extra inputs are not permitted`);
  if (typeof request.model !== 'string') throw invalid('model: Field required');
  const model = models[request.model];
  if (model === undefined) throw new ApiFault(404, 'not_found_error', `model: ${request.model}`);
  if (!isCounted) {
    const max = request.max_tokens;
    if (!Number.isInteger(max) || max < 1) throw invalid('max_tokens: Field required');
    if (max > model.maxTokens) throw invalid(`max_tokens: ${max} > ${model.maxTokens}`);
  }
  if (isBatch && request.stream === true) throw invalid('stream: not allowed in a batch');
  if (request.stream === true) throw invalid('stream: the simulator does not stream');
  validateThinking(request, model.thinking);
  validateMessages(request);
  validatePages(request, model.maxInputTokens, maxSidePx);
  const format = request.output_config?.format;
  if (format) {
    if (format.type !== 'json_schema') throw invalid('output_config.format.type: expected json_schema');
    validateSchema(format.schema, 'output_config.format.schema');
    limitSchema(format.schema, 'output_config.format.schema');
  }
  if (countInput(request) > model.maxInputTokens) {
    throw invalid(`prompt is too long: ${countInput(request)} tokens > ${model.maxInputTokens} maximum`);
  }
  return request;
}

/** Which ways a model takes, and with which effort: see capabilities of GET /v1/models/{id}. */
function validateThinking(
  { model, thinking, output_config: config }: MessagesRequest,
  off: 'when-told' | 'disabled' | 'between_tools' | 'always',
): void {
  const effort = config?.effort;
  if (effort !== undefined && off === 'when-told') {
    throw invalid(`output_config.effort: not supported by ${model}`);
  }
  if (thinking === undefined) return;
  const taken = off === 'when-told' ? ['disabled', 'enabled'] : ['adaptive', off];
  if (!taken.includes(thinking.type)) throw invalid(`thinking.type: '${thinking.type}' is not supported`);
  if (thinking.type === off && (effort === 'xhigh' || effort === 'max')) {
    throw invalid(`thinking.type: '${off}' is not allowed with effort ${effort}`);
  }
}

function validateMessages(request: MessagesRequest): void {
  const { messages } = request;
  if (!Array.isArray(messages) || messages.length === 0)
    throw invalid('messages: at least one message is required');
  if (messages[0]!.role !== 'user') throw invalid('messages: first message must use the "user" role');
  if (messages.at(-1)!.role === 'assistant')
    throw invalid('This model does not support assistant message prefill.');
  for (const [index, { role, content }] of messages.entries()) {
    const blocks = blocksOf(content);
    if (blocks.length === 0) throw invalid(`messages.${index}: content must not be empty`);
    for (const block of blocks) validateBlock(block, role, `messages.${index}.content`);
  }
  const marks = allBlocks(request).filter(({ cache_control: mark }) => mark).length;
  if (marks > 4) throw invalid('A maximum of 4 blocks with cache_control may be provided.');
}

function validateBlock(block: ContentBlock, role: string, at: string): void {
  const { type, text, source } = block;
  if (type === 'text') {
    if (typeof text !== 'string' || text.trim() === '')
      throw invalid(`${at}: text content blocks must be non-empty`);
    if (Array.isArray(block.citations) && block.citations.length > 0)
      throw invalid(`${at}: citations must be empty`);
    return;
  }
  if (role === 'assistant') throw invalid(`${at}: ${type} blocks are not allowed in assistant messages`);
  if (type === 'image') {
    const type = IMAGE_TYPES[source?.media_type ?? ''];
    if (source?.type !== 'base64') throw invalid(`${at}: the simulator takes base64 images`);
    if (type === undefined) throw invalid(`${at}: unsupported image media type`);
    if ((source.data?.length ?? 0) > MAX_IMAGE_BASE64) throw invalid(`${at}: image exceeds 10 MB maximum`);
    const seen = sideways(source.data ?? '');
    if (seen === null) throw invalid(`${at}: Could not process image`);
    if (seen.type !== type) throw invalid(`${at}: the image does not match its media type`);
    return;
  }
  if (type !== 'document') throw invalid(`${at}: Input tag '${type}' is not known`);
  if (source?.type === 'base64') {
    if (source.media_type !== 'application/pdf') throw invalid(`${at}: media_type must be application/pdf`);
    if (
      !Buffer.from((source.data ?? '').slice(0, 16), 'base64')
        .toString('latin1')
        .startsWith('%PDF')
    ) {
      throw invalid(`${at}: The PDF specified was not valid.`);
    }
  }
}

/** How many pages and images a request may have, and how large they may be. */
function validatePages(request: MessagesRequest, maxInputTokens: number, maxSidePx: number): void {
  const most = maxInputTokens < 1_000_000 ? 100 : 600;
  const blocks = request.messages.flatMap(({ content }, message) =>
    blocksOf(content).map((block, index) => ({ block, path: `messages.${message}.content.${index}` })),
  );
  const pdfs = blocks.filter(({ block }) => block.type === 'document' && block.source?.type === 'base64');
  const pages = pdfs.reduce((sum, { block }) => sum + pdfPages(block.source?.data ?? ''), 0);
  if (pages > most) throw invalid(`A maximum of ${most} PDF pages may be provided.`);
  const images = blocks.filter(({ block }) => block.type === 'image');
  if (images.length > most) throw invalid(`A maximum of ${most} images may be provided.`);
  const limit = images.length > 20 ? Math.min(maxSidePx, 2_000) : maxSidePx;
  const paths = images
    .filter(({ block }) => {
      const { width, height } = sideways(block.source?.data ?? '')!;
      return Math.max(width, height) > limit;
    })
    .map(({ path }) => path);
  if (paths.length === 0) return;
  throw invalid(`${paths[0]}: image dimensions exceed max allowed size: ${limit} pixels`, {
    error_code: 'image_dimensions_too_large',
    max_side_length_pixels: limit,
    paths,
  });
}

const UNSUPPORTED =
  'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength pattern minItems maxItems uniqueItems'.split(
    ' ',
  );

/** The documented limits of structured outputs. */
function validateSchema(schema: Schema | undefined, at: string): void {
  if (schema === undefined || typeof schema !== 'object') throw invalid(`${at}: Field required`);
  const bad = UNSUPPORTED.find((keyword) => keyword in schema);
  if (bad !== undefined) throw invalid(`${at}: '${bad}' is not supported`);
  if (schema.type === 'object' || schema.properties !== undefined) {
    if (schema.additionalProperties !== false) {
      throw invalid(`${at}: For 'object' type, 'additionalProperties' must be explicitly set to false`);
    }
    for (const [name, inner] of Object.entries(schema.properties ?? {}))
      validateSchema(inner, `${at}.${name}`);
  }
  if (schema.items !== undefined) validateSchema(schema.items, `${at}.items`);
  for (const inner of schema.anyOf ?? []) validateSchema(inner, `${at}.anyOf`);
}
