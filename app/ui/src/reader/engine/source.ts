import { dicomweb, type ImageAddress } from "../../backend/dicomweb";
import type { Study } from "../../backend/types";
import { factsOf, type DicomJson, type ImageFacts } from "../pure/dicom";
import { asDecoded } from "../pure/pixels";
import { bulkPathOf, tablesElsewhere } from "../pure/tables";

/** The scheme of Cornerstone's names for our frames. */
export const SCHEME = "dokuei";

export function imageIdOf({ study, series, instance, frame }: ImageAddress): string {
  return `${SCHEME}:${study}/${series}/${instance}/${frame}`;
}

export function addressOf(imageId: string): ImageAddress {
  const [study = "", series = "", instance = "", frame = "1"] = imageId
    .slice(SCHEME.length + 1)
    .split("/");
  return { study, series, instance, frame: Number(frame) };
}

/** How instances are stored. */
const syntaxes = new Map<string, string>();

/** Takes note of how the instances of a study are stored, before any is looked at. */
export function noteSyntaxes(study: Study): void {
  for (const series of study.series)
    for (const one of series.instances) syntaxes.set(one.sop_instance_uid, one.transfer_syntax_uid);
}

const known = new Map<string, ImageFacts>();
/** Instances asked for by themselves. */
const asked = new Map<string, Promise<unknown>>();

/** What is known of a frame by now. */
export function knownFacts(imageId: string): ImageFacts | undefined {
  return known.get(imageId);
}

/** What the node says of a frame; asked once. */
export async function factsFor(imageId: string): Promise<ImageFacts> {
  const found = known.get(imageId);
  if (found) return found;
  const image = addressOf(imageId);
  let answer = asked.get(image.instance);
  if (!answer) {
    answer = dicomweb.instanceMetadata(image);
    asked.set(image.instance, answer);
    answer.catch(() => asked.delete(image.instance));
  }
  const [json] = (await answer) as DicomJson[];
  if (!json) throw new Error("the node says nothing of this image");
  await fetchTables(imageId, json);
  return keep(imageId, json);
}

/** What the node says of all frames of a series, in their order. */
export async function seriesFacts(imageIds: readonly string[]): Promise<ImageFacts[]> {
  const [first] = imageIds;
  if (!first) return [];
  if (!imageIds.every((id) => known.has(id))) {
    const all = (await dicomweb.seriesMetadata(addressOf(first))) as DicomJson[];
    const byInstance = new Map(all.map((json) => [json["00080018"]?.Value?.[0], json]));
    for (const id of imageIds) {
      const json = byInstance.get(addressOf(id).instance);
      if (!json || known.has(id)) continue;
      await fetchTables(id, json);
      keep(id, json);
    }
  }
  return imageIds.flatMap((id) => known.get(id) ?? []);
}

/** Explicit big endian, retired: words lie there the other way around. */
const BIG_ENDIAN = "1.2.840.10008.1.2.2";

/** Fetches the tables that metadata only name. One that does not come is as none: the image says so where it is seen. */
async function fetchTables(imageId: string, json: DicomJson): Promise<void> {
  for (const data of tablesElsewhere(json)) {
    const path = bulkPathOf(data);
    if (path === null) continue;
    try {
      const image = addressOf(imageId);
      const bytes = new Uint8Array(await dicomweb.bulk(image, path));
      const words = data.vr !== "OB" && data.vr !== "UN";
      if (words && syntaxes.get(image.instance) === BIG_ENDIAN) swapPairs(bytes);
      data.bytes = bytes;
    } catch {
      continue;
    }
  }
}

function swapPairs(bytes: Uint8Array): void {
  for (let at = 0; at + 1 < bytes.length; at += 2) bytes.subarray(at, at + 2).reverse();
}

function keep(imageId: string, json: DicomJson): ImageFacts {
  const { instance, frame } = addressOf(imageId);
  const facts = asDecoded(factsOf(json, frame), syntaxes.get(instance) ?? "");
  known.set(imageId, facts);
  return facts;
}

/** Nothing of a patient stays when the reader is left. */
export function forgetFacts(): void {
  known.clear();
  syntaxes.clear();
  asked.clear();
}
