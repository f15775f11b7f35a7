import type { Attribute, DicomJson } from "./dicom";
import { tableOf, type Table } from "./lut";

const MODALITY_LUT_SEQUENCE = "00283000";
const VOI_LUT_SEQUENCE = "00283010";
const LUT_DESCRIPTOR = "00283002";
const LUT_DATA = "00283006";

/** Most tables that are fetched of one instance: each of up to 128 KiB. */
const MOST = 64;

/** The first item of a sequence in the nearest scope that has one. */
export function itemOf(scopes: readonly DicomJson[], tag: string): DicomJson | null {
  for (const scope of scopes) {
    const [item] = (scope[tag]?.Value ?? []) as DicomJson[];
    if (item) return item;
  }
  return null;
}

/** The table of an item of a LUT sequence; null when there is none that can be read. */
export function tableIn(item: DicomJson, signed: boolean): Table | null {
  const descriptor = (item[LUT_DESCRIPTOR]?.Value ?? []).map(Number);
  const data = item[LUT_DATA];
  if (!data) return null;
  const words = data.Value?.map(Number);
  const bytes = data.bytes ?? (data.InlineBinary ? decoded(data.InlineBinary) : null);
  const held = words ?? bytes;
  return held ? tableOf(descriptor, held, signed) : null;
}

/** LUT Data of all tables by which an instance is looked at that lie elsewhere and were not fetched yet. */
export function tablesElsewhere(root: DicomJson): Attribute[] {
  const found: Attribute[] = [];
  const look = (scope: DicomJson, depth: number) => {
    for (const [tag, attribute] of Object.entries(scope)) {
      if (attribute?.vr !== "SQ") continue;
      for (const item of (attribute.Value ?? []) as DicomJson[]) {
        const data = item[LUT_DATA];
        const wanted = tag === MODALITY_LUT_SEQUENCE || tag === VOI_LUT_SEQUENCE;
        if (wanted && data?.BulkDataURI && !data.bytes) found.push(data);
        // Functional groups have them two levels down.
        if (depth > 0) look(item, depth - 1);
      }
    }
  };
  look(root, 2);
  return found.slice(0, MOST);
}

/** The path of a bulk value below its instance, as metadata names it; null for an address that is none. */
export function bulkPathOf({ BulkDataURI: uri = "" }: Attribute): string | null {
  return /\/bulkdata\/([0-9A-F]{8}(?:\/\d{1,6}\/[0-9A-F]{8}){0,8})$/i.exec(uri)?.[1] ?? null;
}

function decoded(base64: string): Uint8Array | null {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return null;
  }
}
