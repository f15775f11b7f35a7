import { useQueryClient } from "@tanstack/react-query";
import type { ReactElement } from "react";
import { useTranslation } from "react-i18next";
import { Facts } from "../Facts";
import { keys } from "../queries";
import type { MadeRegistry } from "./client";

/** The registry is there; its program goes on as its console. */
export function SetUpDone({ made }: { made: MadeRegistry }): ReactElement {
  const { t } = useTranslation("registryKeys");
  const client = useQueryClient();
  return (
    <section className="card stack" data-made="">
      <h1>{t("setUp.done")}</h1>
      <Facts
        rows={[
          [t("ceremony.network"), <span className="code">{made.network}</span>],
          [t("keys.fingerprint"), <span className="code">{made.fingerprint}</span>],
          [t("setUp.operator"), made.operator],
        ]}
      />
      <p>{t("setUp.doneHint")}</p>
      <button
        type="button"
        className="button button-primary"
        onClick={() => void client.resetQueries({ queryKey: [...keys.session] })}
      >
        {t("setUp.signIn")}
      </button>
    </section>
  );
}
