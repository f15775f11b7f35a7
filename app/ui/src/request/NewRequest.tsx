import { useDeferredValue, useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { useAgreements, useDirectory, usePerson, useStudies } from "../backend/queries";
import type { Practitioner } from "../backend/types";
import { ProblemNote } from "../parts/ProblemNote";
import { href } from "../route";
import { FromArchive } from "./FromArchive";
import { RequestForm } from "./RequestForm";

export function NewRequest({
  study,
  reader = null,
  me,
}: {
  study: string | null;
  /** Fingerprint of whoever was chosen in the directory. */
  reader?: string | null;
  me: Practitioner;
}): ReactElement {
  const { t } = useTranslation();
  const studies = useStudies();
  const [looked, setLooked] = useState("");
  // Each press counts, also a second one on the same study: meanwhile another may have been chosen by hand.
  const [used, setUsed] = useState({ study: study ?? "", press: 0 });
  const directory = useDirectory({ q: useDeferredValue(looked), readers: "true" });
  const chosen = usePerson(reader);
  const agreements = useAgreements();
  const error = studies.error ?? directory.error ?? chosen.error ?? agreements.error;
  return (
    <div className="page page-narrow">
      <a href={href({ page: "work" })}>← {t("common.workList")}</a>
      <h1>{t("request.title")}</h1>
      <FromArchive
        onUse={(wanted) => setUsed(({ press }) => ({ study: wanted, press: press + 1 }))}
      />
      {error && <ProblemNote error={error} onRetry={() => void directory.refetch()} />}
      {studies.data && (directory.data || looked !== "") && agreements.data && !chosen.isLoading ? (
        <RequestForm
          me={me}
          studyChosen={used}
          studies={studies.data.filter(
            // A copy under a pseudonym is made and sent by asking about its original.
            (one) => one.origin === "imported" && one.pseudonym === null,
          )}
          readerChosen={chosen.data?.may_read && reader !== me.fingerprint ? chosen.data : null}
          readers={(directory.data ?? []).filter(
            (one) => one.may_read && one.fingerprint !== me.fingerprint,
          )}
          looked={looked}
          onLook={setLooked}
          agreements={agreements.data}
        />
      ) : (
        !error && <p className="quiet">{t("common.loading")}</p>
      )}
    </div>
  );
}
