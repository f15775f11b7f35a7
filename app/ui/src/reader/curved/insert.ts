import type { TFunction } from "i18next";
import type { KeyImage } from "../../backend/illustrationTypes";
import { knownImages } from "../engine/illustrate";
import { knownFacts } from "../engine/source";
import type { KeptPlan } from "../pure/curved/kept";
import { slicesShowing, told } from "../pure/curved/planned";
import { lengthText } from "../pure/measures";
import { presetsOf } from "../pure/presets";

type Translate = TFunction<"curved">;

/** What is planned, in words for the findings: a line for each canal and each implant. */
export function wordsOf(t: Translate, plans: readonly KeptPlan[]): string {
  const mm = (value: number) => lengthText(value, "object");
  const lines = plans.flatMap((plan) => {
    const { canals, implants } = told(plan);
    return [
      ...canals.map(({ number, length, diameter }) =>
        t("planned.canal", { number, length: mm(length), diameter: mm(diameter) }),
      ),
      ...implants.map(({ number, diameter, length, canals: near }) => {
        const size = { number, diameter: mm(diameter), length: mm(length) };
        const distances = near.map(({ number: canal, distance }) =>
          distance <= 0
            ? t("implant.meets", { number: canal })
            : t("implant.clearance", { number: canal, distance: mm(distance) }),
        );
        return [t("planned.implant", size), ...distances].join(t("planned.and"));
      }),
    ];
  });
  return [t("planned.heading"), ...lines.map((line) => t("planned.line", { line }))].join("\n");
}

/** The slices that show what is planned, to be looked at beside the words; what is planned is not drawn in them. */
export function keyImagesOf(t: Translate, plan: KeptPlan, imageIds: readonly string[]): KeyImage[] {
  const [first = ""] = imageIds;
  const facts = knownFacts(first);
  const window = facts ? (presetsOf(facts, [-1000, 3000])[0]?.window ?? null) : null;
  return slicesShowing(plan, knownImages(imageIds)).map(({ image, implants }) => ({
    image,
    title: "for_surgery",
    window,
    words:
      implants.length > 0
        ? implants.map((number) => t("implant.name", { number })).join(t("planned.and"))
        : t("planned.canalHere"),
  }));
}
