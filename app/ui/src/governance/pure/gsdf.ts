/**
 * The Grayscale Standard Display Function of DICOM PS3.14, §7.1: luminance by just-noticeable differences, and back.
 * Luminance in cd/m², from 0.05 to 4000; indices from 1 to 1023.
 */

const NUMERATOR = [-1.3011877, 8.0242636e-2, 1.3646699e-1, -2.5468404e-2, 1.3635334e-3];
const DENOMINATOR = [1, -2.5840191e-2, -1.0320229e-1, 2.874562e-2, -3.1978977e-3, 1.2992634e-4];
const INVERSE = [
  71.498068, 94.593053, 41.912053, 9.8247004, 0.28175407, -1.1878455, -0.18014349, 0.14710899,
  -0.017046845,
];

const polynomial = (coefficients: readonly number[], x: number) =>
  coefficients.reduceRight((sum, coefficient) => sum * x + coefficient, 0);

/** Luminance of the j-th just-noticeable difference. */
export function luminance(j: number): number {
  const x = Math.log(j);
  return 10 ** (polynomial(NUMERATOR, x) / polynomial(DENOMINATOR, x));
}

/** Which just-noticeable difference a luminance is. */
export function jnd(cdPerSquareMetre: number): number {
  return polynomial(INVERSE, Math.log10(cdPerSquareMetre));
}

/** Luminances at `steps` driving levels of equal distance between black and white, as PS3.14 wants them. */
export function expected(minimum: number, maximum: number, steps: number): number[] {
  const [low, high] = [jnd(minimum), jnd(maximum)];
  return Array.from({ length: steps }, (_, step) =>
    luminance(low + ((high - low) * step) / (steps - 1)),
  );
}
