/** States that give licences, Japan first (ISO 3166-1 alpha-2). */
export const COUNTRIES: readonly string[] = [
  "JP",
  ...(
    "AE AR AT AU BD BE BG BR CA CH CL CN CO CZ DE DK EE EG ES FI FR GB GR HK HR HU ID IE IL IN IR IS IT KH KR " +
    "LA LK LT LU LV MM MN MX MY NG NL NO NP NZ PE PH PK PL PT RO RS RU SA SE SG SI SK TH TR TW UA US UY VN ZA"
  ).split(" "),
];
