import type { Window } from "../../backend/dicomweb";
import { valueUnit } from "./calibration";
import type { ImageFacts, Triple } from "./dicom";
import { normalOf } from "./volume";

/** What a pane shows, as far as others follow it. */
export interface Followed {
  facts: ImageFacts;
  window: Window | null;
}

/** Slices whose normals are farther apart than this cosine are no neighbours of each other. */
const PARALLEL = 0.95;

/** Whether slices are parallel, so that one can be scrolled by the other. */
export function areParallel(one: ImageFacts, other: ImageFacts): boolean {
  if (!one.orientation || !other.orientation || !one.position || !other.position) return false;
  return Math.abs(dot(normalOf(one.orientation), normalOf(other.orientation))) >= PARALLEL;
}

/**
 * The image, counted from 0, that shows the place of `leader`; null when there is none. In one frame of reference
 * (PS3.3 C.7.4.1) places are the same. Elsewhere both move by the same distance from `anchors`, the positions of leader
 * and follower when they were linked.
 */
export function follower(
  leader: ImageFacts,
  images: readonly ImageFacts[],
  anchors: { leader: Triple; follower: Triple } | null,
): number | null {
  const [first] = images;
  if (!first || !areParallel(leader, first) || !leader.orientation || !leader.position) return null;
  const normal = normalOf(leader.orientation);
  const same =
    leader.frameOfReference !== null && leader.frameOfReference === first.frameOfReference;
  if (!same && !anchors) return null;
  const here = dot(leader.position, normal);
  const wanted =
    same || !anchors ? here : dot(anchors.follower, normal) + here - dot(anchors.leader, normal);
  let best: { at: number; far: number } | null = null;
  images.forEach(({ position }, at) => {
    if (!position) return;
    const far = Math.abs(dot(position, normal) - wanted);
    if (far < (best?.far ?? Infinity)) best = { at, far };
  });
  return (best as { at: number; far: number } | null)?.at ?? null;
}

/** The window that a follower takes over: only where values mean the same. */
export function windowFor(leader: Followed, other: Followed): Window | null {
  const alike =
    leader.facts.modality === other.facts.modality &&
    leader.facts.samples === 1 &&
    other.facts.samples === 1 &&
    valueUnit(leader.facts) === valueUnit(other.facts);
  const [one, two] = [leader.window, other.window];
  if (!alike || !one || !two) return null;
  const differs = Math.abs(one.center - two.center) > 0.5 || Math.abs(one.width - two.width) > 0.5;
  return differs ? one : null;
}

function dot(one: readonly number[], other: readonly number[]): number {
  return one.reduce((sum, value, at) => sum + value * (other[at] ?? 0), 0);
}
