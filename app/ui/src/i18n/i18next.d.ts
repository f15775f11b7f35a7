import type { AbsenceTexts } from "./absence.ja";
import type { ApplicationsTexts } from "./applications.ja";
import type { ApplyTexts } from "./apply.ja";
import type { ArchivesTexts } from "./archives.ja";
import type { AuditTexts } from "./audit.ja";
import type { CurvedTexts } from "./curved.ja";
import type { DeliveryTexts } from "./delivery.ja";
import type { DirectoryTexts } from "./directory.ja";
import type { DutiesTexts } from "./duties.ja";
import type { Texts } from "./ja";
import type { ExportTexts } from "./export.ja";
import type { GovernanceTexts } from "./governance.ja";
import type { LiveTexts } from "./live.ja";
import type { MediaTexts } from "./media.ja";
import type { NoticesTexts } from "./notices.ja";
import type { PassingTexts } from "./passing.ja";
import type { PracticeTexts } from "./practice.ja";
import type { ReaderTexts } from "./reader.ja";
import type { ReportTexts } from "./report.ja";
import type { RetentionTexts } from "./retention.ja";
import type { RegistryTexts } from "./registry.ja";
import type { RegistryKeysTexts } from "./registryKeys.ja";
import type { RegistryProblemTexts } from "./registryProblem.ja";
import type { TogetherTexts } from "./together.ja";

// Keys of texts are checked by the compiler.
declare module "i18next" {
  interface CustomTypeOptions {
    resources: {
      translation: Texts;
      registry: RegistryTexts;
      applications: ApplicationsTexts;
      apply: ApplyTexts;
      archives: ArchivesTexts;
      registryProblem: RegistryProblemTexts;
      registryKeys: RegistryKeysTexts;
      directory: DirectoryTexts;
      delivery: DeliveryTexts;
      duties: DutiesTexts;
      reader: ReaderTexts;
      report: ReportTexts;
      retention: RetentionTexts;
      audit: AuditTexts;
      curved: CurvedTexts;
      media: MediaTexts;
      export: ExportTexts;
      governance: GovernanceTexts;
      notices: NoticesTexts;
      absence: AbsenceTexts;
      together: TogetherTexts;
      live: LiveTexts;
      passing: PassingTexts;
      practice: PracticeTexts;
    };
  }
}
