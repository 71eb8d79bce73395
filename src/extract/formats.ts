import { loaders } from './loaders.ts';
import type { Reader } from './draft.ts';
import { zipTypes } from './zip-types.ts';

export interface Format {
  name: string;
  /** As detection gives it. */
  mimeType: string;
  /** Without the dot, lower case. */
  extensions: readonly string[];
  /** Raised whenever the reader's text changes: texts stored under another version are made anew. */
  version: string;
  /** Packages that read it; none: we do. */
  libraries: readonly string[];
  load: () => Promise<Reader>;
}

/** Raised whenever more is found of what texts hide and order; see `findAllOrders`. */
const SCAN_VERSION = 2;

/** Name, MIME type, endings, reader with its version, packages. */
type Row = [string, string, string, `${keyof typeof loaders}/${number}`, string];

const binary: Row[] = [
  ['PDF', 'application/pdf', 'pdf', 'pdf/4', '@llamaindex/liteparse sharp pdf-lib'],
  ['Word', zipTypes.docx, 'docx docm dotx dotm', 'docx/3', 'officeparser'],
  ['Word 97–2003', 'application/msword', 'doc dot', 'doc/1', 'word-extractor'],
  ['Rich Text', 'application/rtf', 'rtf', 'rtf/2', 'officeparser'],
  ['OpenDocument text', zipTypes.odt, 'odt ott', 'odt/1', 'htmlparser2'],
  ['PowerPoint', zipTypes.pptx, 'pptx pptm ppsx potx', 'pptx/4', 'officeparser'],
  ['PowerPoint 97–2003', 'application/vnd.ms-powerpoint', 'ppt pps pot', 'ppt/1', '@e965/xlsx'],
  ['OpenDocument presentation', zipTypes.odp, 'odp otp', 'odp/1', 'htmlparser2'],
  ['Excel', zipTypes.xlsx, 'xlsx xlsm xltx xltm', 'xlsx/5', 'read-excel-file'],
  ['Excel binary workbook', zipTypes.xlsb, 'xlsb', 'xls/4', '@e965/xlsx'],
  ['Excel 97–2003', 'application/vnd.ms-excel', 'xls xlt', 'xls/4', '@e965/xlsx'],
  ['OpenDocument spreadsheet', zipTypes.ods, 'ods ots', 'xls/4', '@e965/xlsx'],
  ['EPUB', zipTypes.epub, 'epub', 'epub/1', 'html-to-text'],
  ['Outlook message', 'application/vnd.ms-outlook', 'msg', 'msg/2', '@kenjiuno/msgreader'],
  ['ZIP archive', 'application/zip', 'zip', 'zip/1', ''],
  ['TAR archive', 'application/x-tar', 'tar', 'tar/1', ''],
  ['GZIP, TAR.GZ', 'application/gzip', 'gz tgz', 'gzip/1', ''],
  ['PNG', 'image/png', 'png', 'image/2', 'image-size exifreader sharp'],
  ['JPEG', 'image/jpeg', 'jpg jpeg', 'image/2', 'image-size exifreader sharp'],
  ['GIF', 'image/gif', 'gif', 'image/2', 'image-size exifreader sharp'],
  ['WebP', 'image/webp', 'webp', 'image/2', 'image-size exifreader sharp'],
  ['TIFF', 'image/tiff', 'tif tiff', 'image/2', 'image-size exifreader sharp'],
  ['BMP', 'image/bmp', 'bmp', 'image/2', 'image-size exifreader bmp-ts'],
  ['HEIC', 'image/heic', 'heic heif', 'image/2', 'image-size exifreader heic-decode'],
];

const textual: Row[] = [
  ['CSV', 'text/csv', 'csv', 'csv/2', 'csv-parse'],
  ['TSV', 'text/tab-separated-values', 'tsv tab', 'csv/2', 'csv-parse'],
  ['HTML, XHTML', 'text/html', 'html htm xhtml xht', 'html/1', 'html-to-text'],
  ['MHTML', 'multipart/related', 'mhtml mht', 'mhtml/1', 'postal-mime html-to-text'],
  ['RSS', 'application/rss+xml', 'rss', 'feed/2', 'htmlparser2'],
  ['Atom', 'application/atom+xml', 'atom', 'feed/2', 'htmlparser2'],
  ['XML', 'application/xml', 'xml', 'xml/2', ''],
  ['JSON', 'application/json', 'json', 'json/2', ''],
  ['NDJSON', 'application/x-ndjson', 'ndjson jsonl', 'jsonLines/1', ''],
  ['YAML', 'application/yaml', 'yaml yml', 'yaml/1', 'yaml'],
  ['Jupyter notebook', 'application/x-ipynb+json', 'ipynb', 'notebook/1', ''],
  ['Markdown', 'text/markdown', 'md markdown', 'markdown/1', ''],
  ['reStructuredText', 'text/x-rst', 'rst', 'rst/1', ''],
  ['Org', 'text/org', 'org', 'org/1', ''],
  ['AsciiDoc', 'text/asciidoc', 'adoc asciidoc', 'asciidoc/1', ''],
  ['Plain text', 'text/plain', 'txt text log', 'text/2', 'jschardet'],
  ['Mail', 'message/rfc822', 'eml', 'eml/3', 'postal-mime'],
  ['Mailbox', 'application/mbox', 'mbox mbx', 'mbox/2', 'postal-mime'],
  ['Calendar', 'text/calendar', 'ics ical', 'ics/1', ''],
  ['Contacts', 'text/vcard', 'vcf vcard', 'vcf/1', ''],
  ['SVG', 'image/svg+xml', 'svg', 'svg/1', 'htmlparser2'],
];

/** Told by their first bytes; other bytes under a name with their ending are a damaged file. */
export const binaryFormats: readonly Format[] = binary.map(toFormat);
/** Told by their first lines, or else by the ending of the name. */
export const textFormats: readonly Format[] = textual.map(toFormat);
/** Every format that is read. */
export const formats: readonly Format[] = [...binaryFormats, ...textFormats];

function toFormat([name, mimeType, extensions, version, libraries]: Row): Format {
  return {
    name,
    mimeType,
    extensions: extensions.split(' '),
    version: `${version}.${SCAN_VERSION}`,
    libraries: libraries === '' ? [] : libraries.split(' '),
    load: loaders[version.split('/')[0] as keyof typeof loaders],
  };
}
