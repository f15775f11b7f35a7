import { isAway } from "./activity";
import { segment } from "./client";
import { readProblem, unreachable } from "./problem";

/** Images, by the standard's own resources (PS3.18 10.4). */
const DICOMWEB = "/dicomweb";

export interface ImageAddress {
  study: string;
  series: string;
  instance: string;
  /** Counted from 1. */
  frame: number;
}

/** Window centre and width, in the modality's units (Hounsfield for CT). */
export interface Window {
  center: number;
  width: number;
}

/** DICOMweb (PS3.18 §10.4) rendered resource of one instance; `frame` is the node's extension. */
export function rendered(image: ImageAddress, window: Window | null, maxSize: number): string {
  const query = new URLSearchParams({ viewport: `${maxSize},${maxSize}` });
  if (image.frame > 1) query.set("frame", String(image.frame));
  if (window) query.set("window", `${window.center},${window.width}`);
  return `${instancePath(image)}/rendered?${query.toString()}`;
}

function seriesPath({ study, series }: Pick<ImageAddress, "study" | "series">): string {
  return `${DICOMWEB}/studies/${segment(study)}/series/${segment(series)}`;
}

function instancePath(image: Omit<ImageAddress, "frame">): string {
  return `${seriesPath(image)}/instances/${segment(image.instance)}`;
}

/** Address of a small picture of a series, `size` pixels at its longest (PS3.18 10.4.1.1.4). */
export function seriesThumbnail(study: string, series: string, size: number): string {
  return `${seriesPath({ study, series })}/thumbnail?viewport=${size},${size}`;
}

/** Retrieves by the standard's own resources (PS3.18 10.4): what images say of themselves, and their samples. */
export const dicomweb = {
  seriesMetadata: (image: Pick<ImageAddress, "study" | "series">) =>
    dicom(`${seriesPath(image)}/metadata`, DICOM_JSON).then(json),
  instanceMetadata: (image: Omit<ImageAddress, "frame">) =>
    dicom(`${instancePath(image)}/metadata`, DICOM_JSON).then(json),
  /** A long value, by the path that metadata name it by, as it is stored. */
  bulk: (image: Omit<ImageAddress, "frame">, path: string) =>
    dicom(`${instancePath(image)}/bulkdata/${path}`, "application/octet-stream").then((response) =>
      response.arrayBuffer(),
    ),
  /** Decoded by the node, little endian: no compressed byte of a stranger is decoded in the browser. */
  frame: (image: ImageAddress, signal: AbortSignal) =>
    dicom(`${instancePath(image)}/frames/${image.frame}`, DECODED, signal).then((response) =>
      response.arrayBuffer(),
    ),
  renderedFrame: (image: ImageAddress, signal: AbortSignal) =>
    dicom(`${instancePath(image)}/frames/${image.frame}/rendered`, "image/png", signal).then(
      (response) => response.blob(),
    ),
};

const DICOM_JSON = "application/dicom+json";
const DECODED = "application/octet-stream; transfer-syntax=1.2.840.10008.1.2.1";

const json = (response: Response): Promise<unknown> => response.json();

async function dicom(path: string, accept: string, signal?: AbortSignal): Promise<Response> {
  const headers = new Headers({ Accept: accept });
  if (isAway()) headers.set("X-Dokuei-Background", "1");
  let response: Response;
  try {
    response = await fetch(path, { headers, credentials: "same-origin", signal: signal ?? null });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw unreachable();
  }
  if (!response.ok) throw await readProblem(response);
  return response;
}
