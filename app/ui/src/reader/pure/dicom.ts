import type { Window } from "../../backend/dicomweb";
import type { Table } from "./lut";
import { itemOf, tableIn } from "./tables";

/** An attribute in the DICOM JSON Model (PS3.18 F.2). */
export interface Attribute {
  vr: string;
  Value?: unknown[];
  InlineBinary?: string;
  BulkDataURI?: string;
  /** What lies at the address, once it was fetched; the lower byte of a word first. */
  bytes?: Uint8Array;
}
export type DicomJson = Record<string, Attribute | undefined>;

export type Pair = [number, number];
export type Triple = [number, number, number];

/** What must be known of a frame to show and to measure it. */
export interface ImageFacts {
  instance: string;
  number: number | null;
  modality: string;
  rows: number;
  columns: number;
  samples: number;
  bitsAllocated: number;
  bitsStored: number;
  signed: boolean;
  photometric: string;
  /** Samples lie plane by plane. */
  planar: boolean;
  slope: number;
  intercept: number;
  /** Unit of the rescaled values, as `HU`; null when none is said. */
  rescaleType: string | null;
  windows: Window[];
  /** How windows are applied (PS3.3 C.11.2.1.3). */
  windowFunction: "LINEAR" | "LINEAR_EXACT" | "SIGMOID";
  /** From stored values to what they measure, in the place of slope and intercept (PS3.3 C.11.1). */
  modalityTable: Table | null;
  /** From what they measure to grey, the file's first one (PS3.3 C.11.2). */
  voiTable: Table | null;
  /** Without a window, the file says by a table how it is looked at, and the table cannot be read. */
  tableOnly: boolean;
  /** Stored values that are no image, the least and the greatest (PS3.3 C.7.5.1.1.2). */
  padding: Pair | null;
  /** Distances of rows and of columns in mm. */
  pixelSpacing: Pair | null;
  /** The same at the detector's face. */
  imagerPixelSpacing: Pair | null;
  /** `GEOMETRY` or `FIDUCIAL`: how Pixel Spacing was corrected for magnification. */
  spacingCalibration: string | null;
  sliceThickness: number | null;
  /** Direction cosines of the rows, then of the columns. */
  orientation: number[] | null;
  position: Triple | null;
  frameOfReference: string | null;
  /** Anatomical directions of rows and columns, where no geometry says them. */
  patientOrientation: string[];
  laterality: "R" | "L" | "B" | null;
  /** Compressed with loss at some time. */
  lossy: boolean;
}

/** Groups of attributes that apply to a frame, the nearest first (PS3.3 C.7.6.16). */
function scopes(root: DicomJson, frame: number): DicomJson[] {
  const items = (tag: string, from: DicomJson) => (from[tag]?.Value ?? []) as DicomJson[];
  const groups = (group: DicomJson | undefined) =>
    Object.values(group ?? {}).flatMap((sequence) =>
      sequence?.vr === "SQ" ? ((sequence.Value ?? []) as DicomJson[]) : [],
    );
  return [
    ...groups(items("52009230", root)[frame - 1]),
    ...groups(items("52009229", root)[0]),
    root,
  ];
}

/** Reads what the node says of an instance; `frame` is counted from 1. What is missing or malformed is null. */
export function factsOf(root: DicomJson, frame: number): ImageFacts {
  const within = scopes(root, frame);
  const values = (tag: string): unknown[] =>
    within.find((scope) => (scope[tag]?.Value?.length ?? 0) > 0)?.[tag]?.Value ?? [];
  const numbers = (tag: string) => values(tag).map(Number).filter(Number.isFinite);
  const number = (tag: string) => numbers(tag)[0] ?? null;
  const text = (tag: string) => {
    const [value] = values(tag);
    return typeof value === "string" && value.trim() !== "" ? value.trim() : null;
  };
  const pair = (tag: string): Pair | null => {
    const [row, column] = numbers(tag);
    return row && column && row > 0 && column > 0 ? [row, column] : null;
  };
  const widths = numbers("00281051");
  const signed = number("00280103") === 1;
  const modalityItem = itemOf(within, "00283000");
  const modalityTable = modalityItem && tableIn(modalityItem, signed);
  const intercept = number("00281052") ?? 0;
  // After a rescale they may be signed where samples are not (C.11.2.1.1).
  const voiItem = itemOf(within, "00283010");
  const voiTable = voiItem && tableIn(voiItem, !modalityTable && (signed || intercept < 0));
  const orientation = numbers("00200037");
  const [x, y, z] = numbers("00200032");
  const side = text("00200062") ?? text("00200060");
  return {
    instance: text("00080018") ?? "",
    number: number("00200013"),
    modality: text("00080060") ?? "",
    rows: number("00280010") ?? 0,
    columns: number("00280011") ?? 0,
    samples: number("00280002") ?? 1,
    bitsAllocated: number("00280100") ?? 8,
    bitsStored: number("00280101") ?? 8,
    signed,
    photometric: text("00280004") ?? "MONOCHROME2",
    planar: number("00280006") === 1,
    slope: modalityTable ? 1 : (number("00281053") ?? 1),
    intercept: modalityTable ? 0 : intercept,
    rescaleType: modalityTable ? typeOf(modalityItem) : text("00281054"),
    windows: numbers("00281050").flatMap((center, at) => {
      const width = widths[at];
      return width !== undefined && width >= 1 ? [{ center, width }] : [];
    }),
    windowFunction: windowFunctionOf(text("00281056")),
    modalityTable,
    voiTable,
    tableOnly: widths.length === 0 && voiItem !== null && voiTable === null,
    padding: paddingOf(number("00280120"), number("00280121"), signed),
    pixelSpacing: pair("00280030"),
    imagerPixelSpacing: pair("00181164"),
    spacingCalibration: text("00280A02"),
    sliceThickness: number("00180050"),
    orientation: orientation.length === 6 ? orientation : null,
    position: x === undefined || y === undefined || z === undefined ? null : [x, y, z],
    frameOfReference: text("00200052"),
    patientOrientation: values("00200020").filter((one) => typeof one === "string"),
    laterality: side === "R" || side === "L" || side === "B" ? side : null,
    lossy: text("00282110") === "01",
  };
}

/** What a modality table's values are (0028,3004): `US` is "unspecified". */
function typeOf(item: DicomJson | null): string | null {
  const [type] = item?.["00283004"]?.Value ?? [];
  return typeof type === "string" && type.trim() !== "" ? type.trim() : "US";
}

function windowFunctionOf(name: string | null): ImageFacts["windowFunction"] {
  return name === "SIGMOID" || name === "LINEAR_EXACT" ? name : "LINEAR";
}

/** One value, or the range up to the limit. Of signed samples, some write the word that a negative value is stored as. */
function paddingOf(one: number | null, limit: number | null, signed: boolean): Pair | null {
  if (one === null) return null;
  const meant = (value: number) => (signed && value > 32_767 ? value - 65_536 : value);
  const [from, to] = [meant(one), meant(limit ?? one)];
  return [Math.min(from, to), Math.max(from, to)];
}
