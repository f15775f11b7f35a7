import { useState, type ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { ProblemNote } from "../../parts/ProblemNote";
import { Words } from "../../parts/Words";
import { useRegistryStatus } from "../queries";
import { AuthorityCard, RegisterKeyCard, RootCard } from "./cards";
import { useKeyStanding } from "./queries";

/** What the operator is told when it is due. */
const DUE = ["authority_ends", "root_ends"] as const;

export type Changed = "authority" | "root" | "register";

/** The registry's own keys: what stands, how long, and what follows. */
export function KeysPage(): ReactElement {
  const { t } = useTranslation("registryKeys");
  const standing = useKeyStanding();
  const [done, setDone] = useState<Changed | null>(null);
  return (
    <section className="stack">
      <h1>{t("keys.title")}</h1>
      <p className="quiet">
        {t("keys.hint")} {t("keys.logged")}
      </p>
      <Due />
      {done && (
        <p className="note note-ok" role="status" data-done={done}>
          {t(`roll.${done}Done`)}
        </p>
      )}
      {standing.isPending && <p className="quiet">{t("common.loading", { ns: "translation" })}</p>}
      {standing.isError && (
        <ProblemNote error={standing.error} onRetry={() => void standing.refetch()} />
      )}
      {standing.data && (
        <>
          <AuthorityCard standing={standing.data} onDone={setDone} />
          <RootCard standing={standing.data} onDone={setDone} />
          <RegisterKeyCard standing={standing.data} onDone={setDone} />
        </>
      )}
    </section>
  );
}

function Due(): ReactElement | null {
  const { t } = useTranslation("registry");
  const found = useRegistryStatus().data?.findings ?? [];
  return (
    <>
      {DUE.filter((code) => found.some((finding) => finding.code === code)).map((code) => (
        <p key={code} className="note" data-finding={code}>
          <Words>{t(`doctor.${code}`)}</Words>
        </p>
      ))}
    </>
  );
}
