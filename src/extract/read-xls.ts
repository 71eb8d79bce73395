import * as xlsx from '@e965/xlsx';
import type { CellObject, WorkBook, WorkSheet } from '@e965/xlsx';
import * as codePages from '@e965/xlsx/dist/cpexcel.full.mjs';
import { permanent } from '../domain/failure.ts';
import { commentLines } from './cell-comments.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { hours, isDurationFormat } from './hours.ts';
import { hiddenSheetWarnings, sheetPart } from './sheet-markdown.ts';

// Without them texts of workbooks before Excel 97 lose their accents.
xlsx.set_cptable(codePages);
/** The package's typings leave it open. */
const SSF = xlsx.SSF as {
  is_date(format: string): boolean;
  parse_date_code(serial: number, options: { date1904: boolean }): DateParts | null | undefined;
};

interface DateParts {
  y: number;
  m: number;
  d: number;
  H: number;
  M: number;
  S: number;
}

/** Old, binary and OpenDocument workbooks: one part per sheet. Formulas show their stored values. */
export function readXls({ bytes }: ReaderInput): Draft {
  const workbook = readWorkbook(bytes);
  const uses1904 = workbook.Workbook?.WBProps?.date1904 === true;
  const parts = workbook.SheetNames.map((name) => {
    const sheet = workbook.Sheets[name];
    return sheetPart(name, rowsOf(sheet, uses1904), [commentsOf(sheet)]);
  });
  const hidden = (workbook.Workbook?.Sheets ?? []).flatMap((sheet) =>
    sheet.Hidden ? [sheet.name ?? ''] : [],
  );
  const tables = parts.filter(({ markdown }) => markdown !== '').length;
  return {
    parts,
    metadata: { ...propertiesOf(workbook), sheets: parts.length, ...(tables > 0 ? { tables } : {}) },
    warnings: hiddenSheetWarnings(hidden),
  };
}

function readWorkbook(bytes: Buffer): WorkBook {
  try {
    return xlsx.read(bytes, {
      type: 'buffer',
      cellNF: true,
      cellHTML: false,
      cellFormula: false,
      dense: true,
    });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    if (/password|encrypt/i.test(reason)) {
      throw permanent('encrypted', 'The workbook is protected by a password.', { stage: 'extract' });
    }
    const message = `The workbook is damaged or cut off (${reason.slice(0, 200)}).`;
    throw permanent('corrupt', message, { stage: 'extract', cause: error });
  }
}

function rowsOf(sheet: WorkSheet | undefined, uses1904: boolean): string[][] {
  if (sheet?.['!ref'] === undefined) return [];
  const width = xlsx.utils.decode_range(sheet['!ref']).e.c + 1;
  const rows = (sheet['!data'] ?? []) as (CellObject | undefined)[][];
  return rows.map((row) =>
    Array.from({ length: Math.min(width, row.length) }, (_, column) => cellText(row[column], uses1904)),
  );
}

function commentsOf(sheet: WorkSheet | undefined): string {
  const rows = (sheet?.['!data'] ?? []) as (CellObject | undefined)[][];
  const comments = rows.flatMap((row, r) =>
    row.flatMap((cell, c) =>
      (cell?.c ?? []).map(({ a, t }) => {
        const author = a?.trim() ?? '';
        // Excel writes the author once more as the first line.
        const text = t.startsWith(`${author}:`) ? t.slice(author.length + 1) : t;
        return { cell: xlsx.utils.encode_cell({ r, c }), author, text };
      }),
    ),
  );
  return commentLines(comments);
}

function cellText(cell: CellObject | undefined, uses1904: boolean): string {
  if (cell?.v === undefined) return '';
  if (cell.t === 'e') return cell.w ?? '';
  if (cell.t === 'n' && typeof cell.z === 'string' && isDurationFormat(cell.z)) {
    return hours(Math.round(Number(cell.v) * 86_400));
  }
  if (cell.t === 'n' && typeof cell.z === 'string' && SSF.is_date(cell.z)) {
    return isoDate(Number(cell.v), uses1904) ?? String(cell.v);
  }
  if (cell.v instanceof Date) return Number.isNaN(cell.v.getTime()) ? '' : cell.v.toISOString();
  return String(cell.v).trim();
}

/** Days since 1900 (or 1904) as `2026-01-14` or `2026-01-14T09:30`; below one day it is a time. */
function isoDate(serial: number, uses1904: boolean): string | null {
  const date = SSF.parse_date_code(serial, { date1904: uses1904 });
  if (date === null || date === undefined) return null;
  const two = (number: number): string => String(Math.floor(number)).padStart(2, '0');
  const time = `${two(date.H)}:${two(date.M)}${date.S >= 1 ? `:${two(date.S)}` : ''}`;
  if (serial < 1) return time;
  const day = `${String(date.y).padStart(4, '0')}-${two(date.m)}-${two(date.d)}`;
  return serial % 1 === 0 ? day : `${day}T${time}`;
}

function propertiesOf({ Props: props = {} }: WorkBook): Draft['metadata'] {
  const iso = (value: unknown): string | undefined => {
    const time = value instanceof Date ? value.getTime() : Date.parse(typeof value === 'string' ? value : '');
    return Number.isNaN(time) ? undefined : new Date(time).toISOString();
  };
  const title = props.Title?.trim();
  const author = props.Author?.trim();
  const createdAt = iso(props.CreatedDate);
  const modifiedAt = iso(props.ModifiedDate);
  return {
    ...(title === undefined || title === '' ? {} : { title }),
    ...(author === undefined || author === '' ? {} : { author }),
    ...(createdAt === undefined ? {} : { createdAt }),
    ...(modifiedAt === undefined ? {} : { modifiedAt }),
  };
}
