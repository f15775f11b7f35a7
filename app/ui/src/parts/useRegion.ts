import { useTranslation } from "react-i18next";

/** Regions as other programs write them, to which there are words. */
const CODES = [
  "maxilla",
  "maxilla-right",
  "maxilla-anterior",
  "maxilla-left",
  "mandible",
  "mandible-right",
  "mandible-anterior",
  "mandible-left",
  "maxillary-sinus",
  "maxillary-sinus-right",
  "maxillary-sinus-left",
  "tmj",
  "tmj-right",
  "tmj-left",
  "full-mouth",
] as const;

/** Says a region in words where it is one of the known codes; everything else stays as somebody wrote it. */
export function useRegion(): (region: string) => string {
  const { t } = useTranslation("report");
  return (region) => {
    const code = CODES.find((one) => one === region.trim().toLowerCase());
    return code ? t(`region.of.${code}`) : region;
  };
}
