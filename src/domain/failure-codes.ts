import type { FailureClass } from './failure.ts';

interface FailureCode {
  failureClass: FailureClass;
  /** What happened, for a person who has never read our code. */
  meaning: string;
  /** What to do next, shown per error pattern in reports. */
  suggestion: string;
  /** The same for a command that made no batch: there is nothing to resume. */
  suggestionAnew: string;
}

/** Every code that `processing_errors.error_type` and `batch_items.failure_code` can hold; a published list. */
export const failureCodes = {
  missing: code(
    'permanent',
    'The file is not there.',
    'Put it there (was it moved, or renamed?), then retry; or leave it out with skip.',
  ),
  unreadable: code(
    'permanent',
    'The file exists but cannot be opened.',
    'Check its permissions, then retry.',
  ),
  encrypted: code(
    'permanent',
    'The document is protected by a password.',
    'Save a copy without the password, or (PDF, ZIP) write the password into a file: retry --passwords <file>.',
  ),
  unsupported_type: code(
    'permanent',
    'No reader for this type of file.',
    'Convert it to a type that `docbatch formats` lists, or skip it.',
  ),
  empty: code(
    'permanent',
    'There is nothing in the document to read.',
    'Check the original; an empty file is often a broken download.',
  ),
  too_large: code(
    'permanent',
    'The document is larger than the configured limit.',
    'Split it, or raise the limit in docbatch.yaml.',
  ),
  corrupt: code('permanent', 'The file is damaged or cut off.', 'Get a fresh copy of the file, then retry.'),
  parse_timeout: code(
    'permanent',
    'Reading the document took longer than allowed.',
    'Retry with a longer --timeout, or convert the file.',
  ),
  parse_stalled: code(
    'permanent',
    'The parser made no progress on this document.',
    'Convert the file with another program, or raise limits.stallSeconds in docbatch.yaml.',
  ),
  parse_oom: code(
    'permanent',
    'Reading the document needed more memory than allowed.',
    'Split the file, or raise the heap limit in docbatch.yaml.',
  ),
  parse_memory: code(
    'permanent',
    'The process that read the document grew above its limit of resident memory.',
    'Split the file, or raise limits.extractionRssMb in docbatch.yaml.',
  ),
  archive_bomb: code(
    'permanent',
    'The document would unpack to an absurd size.',
    'Do not trust it; or raise limits.maxUnpackedBytes or limits.maxUnpackRatio in docbatch.yaml.',
  ),
  too_many_entries: code(
    'permanent',
    'The document consists of too many files.',
    'Split it, or raise limits.maxEntries (office documents) or limits.maxChildren (archives) in docbatch.yaml.',
  ),
  container_too_deep: code(
    'permanent',
    'The archive lies inside too many other containers.',
    'Unpack it and add its files, or raise limits.maxChildDepth in docbatch.yaml.',
  ),
  archive_loop: code(
    'permanent',
    'The archive contains itself.',
    'Do not trust it: there is nothing in it but itself, without end.',
  ),
  unsafe_name: code(
    'permanent',
    'The archive holds a name that leads out of it.',
    'Do not trust it; or pack its files again under plain names.',
  ),
  nested_too_deep: code(
    'permanent',
    'The content is nested deeper than the limit.',
    'Do not trust it; or raise limits.maxDepth in docbatch.yaml.',
  ),
  entity_expansion: code(
    'permanent',
    'The entities of the XML would expand beyond the limit.',
    'Do not trust it; or raise limits.maxEntityChars in docbatch.yaml.',
  ),
  image_too_large: code(
    'permanent',
    'The image has more pixels than the limit.',
    'Scale it down, or raise limits.maxPixels in docbatch.yaml.',
  ),
  ocr_data_missing: halting(
    'This worker has no data for OCR in the language that was asked for.',
    'Set ocr.dataFolder in docbatch.yaml to a folder that has it, restart the worker',
  ),
  output_too_large: code(
    'permanent',
    'What was read is larger than one result may be.',
    'Split the file, or raise limits.maxOutputBytes in docbatch.yaml.',
  ),
  parser_crash: code(
    'permanent',
    'The parser crashed on this document.',
    'Convert the file with another program and add the copy.',
  ),
  injection_suspected: code(
    'permanent',
    'The document gives orders to the model that reads it.',
    'Look at it with `docbatch review list`, then accept or reject its answer; never trust it unseen.',
  ),
  rejected: code(
    'permanent',
    'A person looked at the answer and did not accept it.',
    'Read the reason in the message; retry asks again.',
  ),
  unstorable: code(
    'permanent',
    'The database refused the result of this document.',
    'Look at the error; report it as a bug with the document type.',
  ),
  worker_crashed: code(
    'permanent',
    'The worker died three times while it held this document and nothing else.',
    'Look at the worker log; retry runs it again, alone.',
  ),
  analyzer_rejected: code(
    'permanent',
    'The analyzer refused this document.',
    'Read the message; correct the document, then retry.',
  ),
  invalid_answer: code(
    'permanent',
    'The analyzer answered with something that is not valid.',
    'Run the analyzer by hand on this document; then retry.',
  ),
  analyzer_crashed: code(
    'permanent',
    'The analyzer program ended unexpectedly.',
    'Run the program by hand on this document; then retry.',
  ),
  analyzer_timeout: code(
    'transient',
    'The analyzer gave no answer in time.',
    'Retry with a longer --timeout, or fewer in parallel.',
  ),
  analyzer_unavailable: code(
    'transient',
    'The analyzer could not be reached or was overloaded.',
    'Check that it is up; then retry.',
  ),
  batch_expired: code(
    'transient',
    'The provider did not come to this request within 24 hours.',
    'Retry it later, or by --analyzer claude.',
  ),
  batch_canceled: code(
    'transient',
    'The provider batch was cancelled before this request was answered.',
    'Retry when it should run after all.',
  ),
  rate_limited: code(
    'transient',
    'The analyzer asked for fewer calls.',
    'Use a lower --parallel; then retry.',
  ),
  network: code('transient', 'The connection broke.', 'Check the network; then retry.'),
  busy_file: code(
    'transient',
    'The file was locked or changed while it was read.',
    'Close the program that writes it; then retry.',
  ),
  internal: code(
    'permanent',
    'A fault of docbatch itself.',
    'Please report it with `docbatch doctor --bundle`.',
  ),
  analyzer_misconfigured: halting(
    'The analyzer says that its configuration is wrong.',
    'Correct the configuration',
  ),
  analyzer_unauthorized: halting('The analyzer refused our credentials.', 'Correct the key or the account'),
  analyzer_not_found: halting(
    'The analyzer program or address does not exist.',
    'Correct --analyzer (for Claude: ANTHROPIC_BASE_URL, or claude.baseUrl in docbatch.yaml)',
  ),
  analyzer_unreachable: halting(
    'The analyzer cannot be reached from here.',
    'Check the network, and the address (for Claude: ANTHROPIC_BASE_URL, or claude.baseUrl in docbatch.yaml)',
  ),
  overloaded: code('transient', 'The model is overloaded.', 'Wait a little; then retry.'),
  refused: code(
    'permanent',
    'The model refused to answer about this document.',
    'Read the document; try another --model, or skip it.',
  ),
  truncated_answer: code(
    'permanent',
    'The answer did not fit into the allowed tokens, twice.',
    'Process it again with a larger --set maxTokens=…',
  ),
  context_exceeded: code(
    'permanent',
    'The document does not fit into what the model can read at once.',
    'Process it again with a smaller --set chunking.maxChars=…',
  ),
  credit_exhausted: halting('The account has no credit left.', 'Add credit with the provider'),
  spend_limit: halting(
    'The spend limit of the account or workspace is reached.',
    'Raise it with the provider, or wait until it resets',
  ),
  model_not_found: code(
    'critical',
    'The model does not exist, or this key may not use it.',
    'Process again with another --model.',
  ),
  systematic_refusal: code(
    'critical',
    'The first 20 analyses were all refused for the same reason.',
    'Correct the request, then resume; if the documents are at fault after all, skip them.',
  ),
  source_gone: halting(
    'The folder that holds the documents is gone or unreadable.',
    'Put it back or mount it again',
  ),
  database_unavailable: halting('The database could not be reached for a minute.', 'Start the database'),
  disk_full: halting('Too little disk space is left (`limits.minFreeDiskBytes`, 1 GB).', 'Free some space'),
  output_unwritable: code(
    'critical',
    'The folder of --out cannot be written into.',
    'Make it writable, or name another by `set --out`; then resume: what is missing there is written from the database.',
  ),
  failure_budget: halting(
    'More documents failed than --max-failures allows.',
    'Look at the report, correct the cause or raise the limit',
  ),
  invalid_configuration: halting('The settings of this batch cannot work.', 'Correct the settings'),
} as const satisfies Record<string, FailureCode>;

export type FailureCodeName = keyof typeof failureCodes;

/** The entry of a code; codes of analyzers that we do not know get a neutral text. */
export function describeFailureCode(name: string): FailureCode {
  // Not `failureCodes[name]` alone: an analyzer may call its code `constructor`.
  if (Object.hasOwn(failureCodes, name)) return failureCodes[name as FailureCodeName];
  return code('permanent', `The document failed (${name}).`, 'Read the message; then retry.');
}

function code(failureClass: FailureClass, meaning: string, suggestion: string): FailureCode {
  return { failureClass, meaning, suggestion, suggestionAnew: suggestion };
}

/** Stops the batch until somebody has done what is told here. */
function halting(meaning: string, cure: string): FailureCode {
  return {
    failureClass: 'critical',
    meaning,
    suggestion: `${cure}, then resume.`,
    suggestionAnew: `${cure}, then run the command again.`,
  };
}
