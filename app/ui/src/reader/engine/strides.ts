import { Enums, type Types } from "@cornerstonejs/core";

const { FAR_REPLICATE, ADJACENT_REPLICATE } = Enums.ImageQualityStatus;

/** Slices beside the fetched one that show it until their own are here. */
const beside = (reach: number) =>
  Array.from({ length: 2 * reach }, (_, at) => at - reach + (at < reach ? 0 : 1)).map((offset) => ({
    offset,
    imageQualityStatus: Math.abs(offset) === 1 ? ADJACENT_REPLICATE : FAR_REPLICATE,
  }));

const REQUEST = { requestType: Enums.RequestType.Prefetch, retrieveType: "default" };

/** How a volume is fetched: coarse at once, in halving strides, so that it can be cut before it is complete. */
export const HALVED_STRIDES: Types.IRetrieveConfiguration = {
  stages: [
    { ...REQUEST, id: "middle", positions: [0.5], priority: 1, nearbyFrames: beside(4) },
    { ...REQUEST, id: "eighth", decimate: 8, offset: 0, priority: 2, nearbyFrames: beside(4) },
    { ...REQUEST, id: "fourth", decimate: 8, offset: 4, priority: 3, nearbyFrames: beside(2) },
    { ...REQUEST, id: "second", decimate: 4, offset: 2, priority: 4, nearbyFrames: beside(1) },
    { ...REQUEST, id: "rest", decimate: 2, offset: 1, priority: 5 },
  ],
};
