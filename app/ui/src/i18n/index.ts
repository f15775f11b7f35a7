import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { absenceEn } from "./absence.en";
import { absenceJa } from "./absence.ja";
import { applicationsEn } from "./applications.en";
import { applicationsJa } from "./applications.ja";
import { applyEn } from "./apply.en";
import { applyJa } from "./apply.ja";
import { archivesEn } from "./archives.en";
import { archivesJa } from "./archives.ja";
import { auditEn } from "./audit.en";
import { auditJa } from "./audit.ja";
import { curvedEn } from "./curved.en";
import { curvedJa } from "./curved.ja";
import { deliveryEn } from "./delivery.en";
import { deliveryJa } from "./delivery.ja";
import { directoryEn } from "./directory.en";
import { directoryJa } from "./directory.ja";
import { dutiesEn } from "./duties.en";
import { dutiesJa } from "./duties.ja";
import { en } from "./en";
import { exportEn } from "./export.en";
import { exportJa } from "./export.ja";
import { governanceEn } from "./governance.en";
import { governanceJa } from "./governance.ja";
import { ja } from "./ja";
import { liveEn } from "./live.en";
import { liveJa } from "./live.ja";
import { mediaEn } from "./media.en";
import { mediaJa } from "./media.ja";
import { noticesEn } from "./notices.en";
import { noticesJa } from "./notices.ja";
import { passingEn } from "./passing.en";
import { passingJa } from "./passing.ja";
import { practiceEn } from "./practice.en";
import { practiceJa } from "./practice.ja";
import { readerEn } from "./reader.en";
import { readerJa } from "./reader.ja";
import { reportEn } from "./report.en";
import { reportJa } from "./report.ja";
import { retentionEn } from "./retention.en";
import { retentionJa } from "./retention.ja";
import { togetherEn } from "./together.en";
import { togetherJa } from "./together.ja";
import { registryEn } from "./registry.en";
import { registryJa } from "./registry.ja";
import { registryKeysEn } from "./registryKeys.en";
import { registryKeysJa } from "./registryKeys.ja";
import { registryProblemEn } from "./registryProblem.en";
import { registryProblemJa } from "./registryProblem.ja";

export type Language = "ja" | "en";
const REMEMBERED = "dokuei.language";

/** Japanese unless English was chosen in this browser. */
export function startTexts(): void {
  void i18next.use(initReactI18next).init({
    resources: {
      ja: {
        translation: ja,
        registry: registryJa,
        applications: applicationsJa,
        apply: applyJa,
        archives: archivesJa,
        registryProblem: registryProblemJa,
        registryKeys: registryKeysJa,
        directory: directoryJa,
        delivery: deliveryJa,
        duties: dutiesJa,
        reader: readerJa,
        report: reportJa,
        retention: retentionJa,
        audit: auditJa,
        curved: curvedJa,
        media: mediaJa,
        export: exportJa,
        governance: governanceJa,
        notices: noticesJa,
        absence: absenceJa,
        together: togetherJa,
        live: liveJa,
        passing: passingJa,
        practice: practiceJa,
      },
      en: {
        translation: en,
        registry: registryEn,
        applications: applicationsEn,
        apply: applyEn,
        archives: archivesEn,
        registryProblem: registryProblemEn,
        registryKeys: registryKeysEn,
        directory: directoryEn,
        delivery: deliveryEn,
        duties: dutiesEn,
        reader: readerEn,
        report: reportEn,
        retention: retentionEn,
        audit: auditEn,
        curved: curvedEn,
        media: mediaEn,
        export: exportEn,
        governance: governanceEn,
        notices: noticesEn,
        absence: absenceEn,
        together: togetherEn,
        live: liveEn,
        passing: passingEn,
        practice: practiceEn,
      },
    },
    lng: localStorage.getItem(REMEMBERED) === "en" ? "en" : "ja",
    fallbackLng: "ja",
    interpolation: { escapeValue: false }, // React escapes.
  });
  document.documentElement.lang = i18next.language;
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
}

export function chooseLanguage(language: Language): void {
  localStorage.setItem(REMEMBERED, language);
  void i18next.changeLanguage(language);
}
